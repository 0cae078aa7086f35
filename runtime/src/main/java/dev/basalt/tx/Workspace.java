package dev.basalt.tx;

import dev.basalt.log.RecordBuilder;
import dev.basalt.memory.Heap;
import dev.basalt.memory.OffsetMap;

/**
 * What one update has read, written, created and freed, and the memory for its log record. Used for
 * one update after another, because a small update would spend most of its time on making these.
 */
final class Workspace implements AutoCloseable {
  /** An object as its update has it: whole if it is new or small, else one block. */
  static final class Copy {
    final long object;

    /** The part of a large object, or 0. */
    final int block;

    final long[] words;
    final Kind kind;

    Copy(long object, int block, long[] words, Kind kind) {
      this.object = object;
      this.block = block;
      this.words = words;
      this.kind = kind;
    }

    boolean isNew() {
      return kind == Kind.NEW;
    }

    /** Where the words lie in the pool. */
    long offset() {
      return object + Blocks.start(block);
    }
  }

  /** What a {@link Copy} is a copy of. */
  enum Kind {
    /** Nothing; the update has created the object. */
    NEW,
    /** A small object. */
    WHOLE,
    /** A block of a large object. */
    BLOCK
  }

  /** What was read in place: the start of an object or block, to the object. */
  final OffsetMap reads = new OffsetMap();

  /** The start of an object or block to its index in the update's copies, plus 1. */
  final OffsetMap index = new OffsetMap();

  /** Reserved block to the size that was asked for. */
  final OffsetMap reserved = new OffsetMap();

  final OffsetMap freed = new OffsetMap();
  final OffsetMap countChanges = new OffsetMap();
  final RawWords rawWords;

  /** Nodes that a sweep has added to limbo; the first of the spare ones. */
  int limboNodes;

  final RecordBuilder record = new RecordBuilder();

  /** What the commit finds; here, because it is written by each, and threads do not share this. */
  final Snapshots.Registered registered = new Snapshots.Registered();

  /** The last commit that the workspace's user has known to be published; see {@link Snapshots}. */
  long seen;

  Workspace(Heap heap, long seen) {
    this.rawWords = new RawWords(heap);
    this.seen = seen;
  }

  /** Whether there are changes besides those of copies. */
  boolean hasChanges() {
    return freed.size() > 0 || countChanges.size() > 0 || rawWords.map().size() > 0;
  }

  void clear() {
    reads.clear();
    index.clear();
    reserved.clear();
    freed.clear();
    countChanges.clear();
    rawWords.clear();
    limboNodes = 0;
    record.reset();
  }

  @Override
  public void close() {
    record.close();
  }
}

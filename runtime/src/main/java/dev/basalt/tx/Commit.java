package dev.basalt.tx;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.log.LogRecord;
import dev.basalt.log.RecordBuilder;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.memory.OffsetMap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns one update into a log record and puts it in place. The steps, in the order in which {@link
 * CommitPath} takes them:
 *
 * <ol>
 *   <li>{@link #encode}: new and changed objects become entries of a record. This needs no lock: if
 *       an object that was copied has changed meanwhile, the update has a conflict anyway.
 *   <li>Under the commit lock, {@link #plan}: counts, limbo and allocation become raw words, and
 *       the last entries of the record. Nothing has happened yet.
 *   <li>The record is appended to the log: the commit has happened.
 *   <li>{@link #keepImages} and {@link #apply}: before-images are kept for older snapshots, then
 *       the entries are copied into place exactly as recovery would do it.
 * </ol>
 */
final class Commit implements Allocator.Changes {
  /** Unchanged words between two changed ones that are cheaper to log than another entry. */
  private static final int GAP_WORDS = 1;

  private static final int HEADER_WORDS = ObjectFormat.SIZE / Long.BYTES;
  private static final int CLASS_WORD = ObjectFormat.CLASS_ID / Long.BYTES;

  private final Heap heap;
  private final Allocator allocator;
  private final Update update;
  private final Workspace work;
  private final RecordBuilder record;

  /** Copies of objects of earlier commits that differ from what is in place. */
  private final List<Workspace.Copy> overwritten = new ArrayList<>();

  /** New objects that nothing refers to. */
  private final List<Workspace.Copy> unreferenced = new ArrayList<>();

  /** Where in the record the stamps begin; no version is in place before them. */
  private long stampsAt;

  /** The record without raw words. */
  private long encodedLength;

  private final LimboNodes spareNodes;
  private int limboNodesUsed;

  /** The raw words that the update's body has set. */
  private @Nullable OffsetMap rawBefore;

  Commit(Heap heap, Allocator allocator, LimboNodes spareNodes, Update update) {
    this.heap = heap;
    this.allocator = allocator;
    this.spareNodes = spareNodes;
    this.update = update;
    this.work = update.work();
    this.record = work.record;
  }

  RecordBuilder record() {
    return record;
  }

  // ---- before the commit lock

  /** Makes entries of the objects: first all bytes, then all versions. */
  void encode() {
    record.reset();
    for (Workspace.Copy copy : work.copies) {
      if (copy.isNew()) {
        encodeNew(copy);
      } else if (putChanges(copy)) {
        overwritten.add(copy);
      }
    }
    stampsAt = record.length();
    for (Workspace.Copy copy : work.copies) {
      if (copy.isNew()) {
        record.stamp(copy.object);
      }
    }
    stampOverwritten();
    encodedLength = record.length();
    record.sum();
  }

  /** Nobody else can refer to a new object, so its count is known. */
  private void encodeNew(Workspace.Copy copy) {
    long count = work.countChanges.get(copy.object, 0);
    if (count < 0) {
      throw new CorruptPoolException(
          "%s: a reference from elsewhere leads to the new object at %d; its count would become %d"
              .formatted(heap.medium().name(), copy.object, count));
    }
    long flags = 0;
    if (count == 0) {
      flags = ObjectFormat.IN_LIMBO;
      unreferenced.add(copy);
    }
    copy.words[CLASS_WORD] = withCount(copy.words[CLASS_WORD], (int) (count | flags));
    MemorySegment words = MemorySegment.ofArray(copy.words);
    record.put(copy.object + ObjectFormat.CLASS_ID, words.asSlice(ObjectFormat.CLASS_ID));
  }

  /** An object has one version, however many of its blocks have changed. */
  private void stampOverwritten() {
    long last = 0;
    @Nullable OffsetMap stamped = null;
    for (Workspace.Copy copy : overwritten) {
      if (copy.kind == Workspace.Kind.WHOLE) {
        record.stamp(copy.object);
      } else if (copy.object != last) {
        stamped = stamped == null ? new OffsetMap() : stamped;
        if (stamped.get(copy.object, 0) == 0) {
          stamped.put(copy.object, 1);
          record.stamp(copy.object);
        }
        last = copy.object;
      }
    }
  }

  /** Logs the runs of words that differ from those in place. */
  private boolean putChanges(Workspace.Copy copy) {
    long[] own = copy.words;
    long start = copy.offset();
    @Nullable MemorySegment words = null;
    boolean changed = false;
    int at = copy.block == 0 ? HEADER_WORDS : 0;
    while (at < own.length) {
      if (own[at] == heap.getLong(start + (long) at * Long.BYTES)) {
        at++;
        continue;
      }
      int end = at + 1;
      for (int i = end; i < own.length && i <= end + GAP_WORDS; i++) {
        if (own[i] != heap.getLong(start + (long) i * Long.BYTES)) {
          end = i + 1;
        }
      }
      if (end == at + 1) {
        record.putLong(start + (long) at * Long.BYTES, own[at]);
      } else {
        words = words == null ? MemorySegment.ofArray(own) : words;
        record.put(
            start + (long) at * Long.BYTES,
            words.asSlice((long) at * Long.BYTES, (long) (end - at) * Long.BYTES));
      }
      changed = true;
      at = end;
    }
    return changed;
  }

  /** Whether there is nothing to commit: what was written is what is there. */
  boolean isNothing() {
    return record.isEmpty()
        && work.countChanges.allMatch((object, delta) -> delta == 0)
        && work.freed.size() == 0
        && work.rawWords.map().size() == 0;
  }

  /** The most objects that may come into limbo by this commit. */
  int limboEntriesMax() {
    int[] most = {unreferenced.size()};
    work.countChanges.forEach(
        (_, delta) -> {
          if (delta < 0) {
            most[0]++;
          }
        });
    return most[0];
  }

  // ---- under the commit lock

  /** Works out counts, limbo entries and allocation words, and adds them to the record. */
  void plan(Limbo limbo, long sequence) {
    limboNodesUsed = 0;
    rawBefore = work.rawWords.size() == 0 ? null : work.rawWords.copy();
    work.countChanges.forEach((object, delta) -> changeCount(object, delta, limbo, sequence));
    for (Workspace.Copy copy : unreferenced) {
      push(limbo, copy.object, sequence);
    }
    allocator.plan(this, work.rawWords.map());
    work.rawWords
        .map()
        .forEach(
            (offset, word) -> {
              heap.verify(offset, Long.BYTES); // before the record is appended
              record.putLong(offset, word);
            });
  }

  /** Forgets the plan, so that it can be made again. */
  void unplan() {
    record.truncate(encodedLength);
    work.rawWords.clear();
    if (rawBefore != null) {
      rawBefore.forEach(work.rawWords::put);
    }
  }

  private void changeCount(long object, long delta, Limbo limbo, long sequence) {
    if (delta == 0 || update.hasCreated(object)) {
      return;
    }
    long word = work.rawWords.get(object + ObjectFormat.CLASS_ID);
    int flags = count(word) & ObjectFormat.IN_LIMBO;
    long count = (count(word) & ObjectFormat.COUNT_MAX) + delta;
    if (count < 0 || count > ObjectFormat.COUNT_MAX) {
      throw new CorruptPoolException(
          "%s: the object at %d has the reference count %d, which a change of %d would make %d; it must be from 0 to %d"
              .formatted(
                  heap.medium().name(),
                  object,
                  count - delta,
                  delta,
                  count,
                  ObjectFormat.COUNT_MAX));
    }
    boolean enters = count == 0 && flags == 0;
    work.rawWords.put(
        object + ObjectFormat.CLASS_ID,
        withCount(word, (int) count | flags | (enters ? ObjectFormat.IN_LIMBO : 0)));
    if (enters) {
      push(limbo, object, sequence);
    }
  }

  private void push(Limbo limbo, long object, long sequence) {
    limbo.push(work.rawWords, object, sequence, () -> spareNodes.get(limboNodesUsed++));
  }

  private static int count(long classWord) {
    return (int) (classWord >>> Integer.SIZE);
  }

  private static long withCount(long classWord, int count) {
    return (classWord & 0xFFFF_FFFFL) | ((long) count << Integer.SIZE);
  }

  @Override
  public boolean isEmpty() {
    return work.reserved.size() == 0 && limboNodesUsed == 0 && work.freed.size() == 0;
  }

  @Override
  public void forEachAllocated(OffsetMap.Visitor visitor) {
    work.reserved.forEach(visitor);
    for (int i = 0; i < limboNodesUsed; i++) {
      visitor.visit(spareNodes.get(i), LimboNodeFormat.SIZE);
    }
  }

  @Override
  public void forEachFreed(OffsetMap.Visitor visitor) {
    work.freed.forEach(visitor);
  }

  /** The bytes that are about to be overwritten where readers may be. */
  long overwrittenBytes() {
    return overwritten.isEmpty() ? 0 : stampsAt - RecordBuilder.EMPTY_BYTES;
  }

  /**
   * Puts what registered snapshots still need, or all, into the version store. Counts are no part
   * of what snapshots see; that one has changed is noted, because what has lost a reference now can
   * be reached from the state before, however its count falls to 0 later.
   */
  void keepImages(VersionStore store, Snapshots snapshots, boolean all, long sequence) {
    boolean blocks = hasBlocks();
    Snapshots.Registered registered =
        blocks
            ? snapshots.look(work.registered)
            : snapshots.lookAtViews(work.registered); // updates need to know of blocks only
    if (!all && registered.oldest() == Snapshots.NONE) {
      if (blocks) {
        store.unnoted(sequence);
      }
      return;
    }
    work.countChanges.forEach(
        (object, _) -> {
          if (!update.hasCreated(object)) {
            store.add(Blocks.countKey(object), 0, sequence, null, registered);
          }
        });
    long newestView = all ? Long.MAX_VALUE : registered.newestView();
    for (Workspace.Copy copy : overwritten) {
      long version = heap.versionAcquire(copy.object);
      boolean needed = newestView >= version;
      if (copy.kind == Workspace.Kind.BLOCK) {
        boolean headerKept = store.lastChange(Blocks.headerKey(copy.object)) == sequence;
        if (!headerKept) {
          long[] header = needed ? before(copy.object, HEADER_WORDS) : null;
          store.add(Blocks.headerKey(copy.object), version, sequence, header, registered);
        }
        long key = Blocks.key(copy.object, copy.block);
        boolean blockNeeded = newestView >= store.lastChange(key);
        long[] block = blockNeeded ? before(copy.offset(), copy.words.length) : null;
        store.add(key, 0, sequence, block, registered);
      } else if (needed) {
        long[] words = before(copy.object, copy.words.length);
        store.add(copy.object, version, sequence, words, registered);
      }
    }
  }

  private boolean hasBlocks() {
    for (Workspace.Copy copy : overwritten) {
      if (copy.kind == Workspace.Kind.BLOCK) {
        return true;
      }
    }
    return false;
  }

  private long[] before(long offset, int words) {
    long[] before = new long[words];
    heap.copyOut(offset, MemorySegment.ofArray(before));
    return before;
  }

  /**
   * Takes away what the places of new objects held before, so that who comes to know one finds
   * nothing there until the stamp.
   */
  void clearNew() {
    for (Workspace.Copy copy : work.copies) {
      if (copy.isNew()) {
        heap.clearVersion(copy.object);
      }
    }
    VarHandle.storeStoreFence();
  }

  /**
   * Puts the record in place. Readers see each overwritten object applying until its stamp.
   *
   * @param beforeStamps runs when all bytes have been copied and nothing is stamped yet
   */
  void apply(long sequence, Runnable beforeStamps) {
    VarHandle.releaseFence(); // who sees an object applying finds its before-image
    for (Workspace.Copy copy : overwritten) {
      heap.markApplying(copy.object);
    }
    VarHandle.storeStoreFence();
    InPlace inPlace = new InPlace(heap);
    long stamps = stampsAt - RecordBuilder.EMPTY_BYTES;
    MemorySegment entries = record.entries();
    LogRecord.forEachEntry(entries.asSlice(0, stamps), sequence, inPlace);
    beforeStamps.run();
    LogRecord.forEachEntry(entries.asSlice(stamps), sequence, inPlace);
    allocator.committed(this);
    if (limboNodesUsed > 0) {
      spareNodes.remove(limboNodesUsed);
    }
  }
}

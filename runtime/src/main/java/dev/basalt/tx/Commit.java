package dev.basalt.tx;

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

/**
 * Turns one update into a log record and puts it in place. The steps, in the order in which {@link
 * TransactionManager} takes them:
 *
 * <ol>
 *   <li>{@link #plan}: counts, limbo and allocation become raw words. Nothing has happened yet; a
 *       full pool shows here.
 *   <li>{@link #build}: changed objects and raw words become the entries of a record.
 *   <li>The record is appended to the log: the commit has happened.
 *   <li>{@link #keepImages} and {@link #apply}: before-images are kept for older snapshots, then
 *       the entries are copied into place exactly as recovery would do it.
 * </ol>
 *
 * <p>Guarded by the pool's update lock.
 */
final class Commit implements Allocator.Changes {
  /** Unchanged words between two changed ones that are cheaper to log than another entry. */
  private static final int GAP_WORDS = 1;

  private static final int HEADER_WORDS = ObjectFormat.SIZE / Long.BYTES;
  private static final int CLASS_WORD = ObjectFormat.CLASS_ID / Long.BYTES;

  private final Heap heap;
  private final Allocator allocator;
  private final Limbo limbo;
  private final Update update;
  private final long sequence;

  /** Objects of earlier commits that differ from what is in place; filled by {@link #build}. */
  private final List<Update.Copy> overwritten = new ArrayList<>();

  Commit(Heap heap, Allocator allocator, Limbo limbo, Update update, long sequence) {
    this.heap = heap;
    this.allocator = allocator;
    this.limbo = limbo;
    this.update = update;
    this.sequence = sequence;
  }

  /** The number that this commit will have. */
  long sequence() {
    return sequence;
  }

  /** Works out counts, limbo entries and allocation words. */
  void plan() {
    update.countChanges().forEach(this::changeCount);
    for (Update.Copy copy : update.copies()) {
      if (copy.isNew() && count(copy.words()[CLASS_WORD]) == 0) {
        intoLimbo(copy.object());
      }
    }
    allocator.plan(this, update.rawWords().map());
  }

  private void changeCount(long object, long delta) {
    if (delta == 0) {
      return;
    }
    long[] own = update.ownWords(object);
    boolean isNew = update.reserved().get(object, 0) != 0;
    long word = own != null && isNew ? own[CLASS_WORD] : rawClassWord(object);
    long count = (count(word) & ObjectFormat.COUNT_MAX) + delta;
    if (count < 0 || count > ObjectFormat.COUNT_MAX) {
      throw new IllegalStateException(
          "the reference count of the object at %d would become %d".formatted(object, count));
    }
    long changed = withCount(word, (int) count | (count(word) & ObjectFormat.IN_LIMBO));
    if (own != null && isNew) {
      own[CLASS_WORD] = changed;
    } else {
      update.rawWords().put(object + ObjectFormat.CLASS_ID, changed);
      if (count == 0) {
        intoLimbo(object);
      }
    }
  }

  private void intoLimbo(long object) {
    long[] own = update.ownWords(object);
    boolean isNew = update.reserved().get(object, 0) != 0;
    long word = own != null && isNew ? own[CLASS_WORD] : rawClassWord(object);
    if ((count(word) & ObjectFormat.IN_LIMBO) != 0) {
      return;
    }
    long flagged = withCount(word, count(word) | ObjectFormat.IN_LIMBO);
    if (own != null && isNew) {
      own[CLASS_WORD] = flagged;
    } else {
      update.rawWords().put(object + ObjectFormat.CLASS_ID, flagged);
    }
    limbo.push(update.rawWords(), object, sequence, this::newLimboNode);
  }

  private long newLimboNode() {
    long node = allocator.reserveForLimbo(LimboNodeFormat.SIZE);
    update.reserved().put(node, LimboNodeFormat.SIZE);
    return node;
  }

  private long rawClassWord(long object) {
    return update.rawWords().get(object + ObjectFormat.CLASS_ID);
  }

  private static int count(long classWord) {
    return (int) (classWord >>> Integer.SIZE);
  }

  private static long withCount(long classWord, int count) {
    return (classWord & 0xFFFF_FFFFL) | ((long) count << Integer.SIZE);
  }

  @Override
  public void forEachAllocated(OffsetMap.Visitor visitor) {
    update.reserved().forEach(visitor);
  }

  @Override
  public void forEachFreed(OffsetMap.Visitor visitor) {
    update.freed().forEach(visitor);
  }

  /** Fills the record. Raw words come last; each object's version is stamped behind its bytes. */
  void build(RecordBuilder record) {
    record.reset();
    for (Update.Copy copy : update.copies()) {
      MemorySegment words = MemorySegment.ofArray(copy.words());
      if (copy.isNew()) {
        record.put(copy.object() + ObjectFormat.CLASS_ID, words.asSlice(ObjectFormat.CLASS_ID));
        record.stamp(copy.object());
      } else if (putChanges(record, copy, words)) {
        record.stamp(copy.object());
        overwritten.add(copy);
      }
    }
    update.rawWords().map().forEach(record::putLong);
  }

  /** Logs the runs of words that differ from those in place. */
  private boolean putChanges(RecordBuilder record, Update.Copy copy, MemorySegment words) {
    long[] own = copy.words();
    boolean changed = false;
    int at = HEADER_WORDS;
    while (at < own.length) {
      if (own[at] == wordInPlace(copy, at)) {
        at++;
        continue;
      }
      int end = at + 1;
      for (int i = end; i < own.length && i <= end + GAP_WORDS; i++) {
        if (own[i] != wordInPlace(copy, i)) {
          end = i + 1;
        }
      }
      record.put(
          copy.object() + (long) at * Long.BYTES,
          words.asSlice((long) at * Long.BYTES, (long) (end - at) * Long.BYTES));
      changed = true;
      at = end;
    }
    return changed;
  }

  private long wordInPlace(Update.Copy copy, int word) {
    return heap.getLong(copy.object() + (long) word * Long.BYTES);
  }

  /** Puts what older snapshots still need into the version store. */
  void keepImages(VersionStore store, long oldestSnapshot) {
    if (oldestSnapshot == Snapshots.NONE) {
      return;
    }
    for (Update.Copy copy : overwritten) {
      long[] before = new long[copy.words().length];
      heap.copyOut(copy.object(), MemorySegment.ofArray(before));
      store.add(copy.object(), heap.versionAcquire(copy.object()), sequence, before);
    }
  }

  /** Puts the record in place. Readers see each object applying until its stamp. */
  void apply(MemorySegment entries) {
    VarHandle.releaseFence(); // who sees an object applying finds its before-image
    overwritten.forEach(copy -> heap.markApplying(copy.object()));
    VarHandle.storeStoreFence();
    LogRecord.forEachEntry(entries, sequence, new InPlace(heap));
    allocator.committed(this);
  }
}

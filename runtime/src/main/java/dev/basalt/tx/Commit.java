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
 *   <li>{@link #keepImages}, {@link #markApplying} and {@link #apply}: before-images are kept for
 *       older snapshots, then the entries are copied into place exactly as recovery would do it; if
 *       the commit {@linkplain #onlyOverwrites only overwrites}, without the lock.
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

  /** The commit's number, once it is planned. */
  private long sequence;

  /** Where the record ends in the log. */
  private long logEnd;

  private final LimboNodes spareNodes;
  private int limboNodesUsed;

  /** How many objects of limbo have got a reference. */
  private int relinked;

  private boolean hasUnlinked;

  /** Whether something has lost a reference and kept another. */
  private boolean hasLost;

  /** Objects whose counts change, without an entry in limbo that names this commit. */
  private final List<Long> counted = new ArrayList<>();

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

  LimboNodes spareNodes() {
    return spareNodes;
  }

  RecordBuilder record() {
    return record;
  }

  long sequence() {
    return sequence;
  }

  void setLogEnd(long position) {
    logEnd = position;
  }

  long logEnd() {
    return logEnd;
  }

  // ---- before the commit lock

  /** Makes entries of the objects: first all bytes, then all versions. */
  void encode() {
    record.reset();
    for (Workspace.Copy copy : update.copies()) {
      if (copy.isNew()) {
        encodeNew(copy);
      } else if (putChanges(copy)) {
        overwritten.add(copy);
      }
    }
    stampsAt = record.length();
    for (Workspace.Copy copy : update.copies()) {
      if (copy.isNew()) {
        record.stamp(copy.object);
      }
    }
    stampOverwritten();
    // Who has read or changed what is freed, with a handle that has gone since, has a conflict.
    work.freed.forEach((object, _) -> record.stamp(object));
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
    long word = Counts.first(heap.medium().name(), copy.object, copy.words[CLASS_WORD], count);
    if (count == 0) {
      word = Counts.enterLimbo(word);
      unreferenced.add(copy);
    }
    copy.words[CLASS_WORD] = word;
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

  /**
   * Whether it does no more than overwrite small objects, with nothing for other layers to do.
   * Nobody else can commit a change of these objects before they are in place, so only readers meet
   * what is not.
   */
  boolean onlyOverwrites() {
    if (work.hasChanges() || work.reserved.size() > 0 || update.listener() != null) {
      return false;
    }
    for (Workspace.Copy copy : update.copies()) {
      if (copy.kind != Workspace.Kind.WHOLE) {
        return false;
      }
    }
    return true;
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
  void plan(long number) {
    sequence = number;
    limboNodesUsed = work.limboNodes;
    rawBefore = work.rawWords.size() == 0 ? null : work.rawWords.copy();
    hasUnlinked = false;
    hasLost = false;
    relinked = 0;
    counted.clear();
    Limbo limbo = new Limbo(heap, work.rawWords, new Nodes());
    work.countChanges.forEach((object, delta) -> changeCount(object, delta, limbo));
    for (Workspace.Copy copy : unreferenced) {
      push(limbo, copy.object);
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

  /** A change of 0 is one too: a reference has gone from one place, and come to another. */
  private void changeCount(long object, long delta, Limbo limbo) {
    if (update.hasCreated(object)) {
      return;
    }
    long at = object + ObjectFormat.CLASS_ID;
    long before = work.rawWords.get(at);
    long word = Counts.add(heap.medium().name(), object, before, delta);
    if (delta != 0 && Counts.of(word) == 0 && !Counts.isInLimbo(word)) {
      word = Counts.enterLimbo(word);
      push(limbo, object);
    } else {
      counted.add(object);
    }
    if (delta == 0) {
      return;
    }
    hasLost |= delta < 0 && Counts.of(word) > 0;
    if (Counts.isInLimbo(before) && Counts.of(before) == 0) {
      relinked++;
    }
    work.rawWords.put(at, word);
  }

  /** Whether the version store has got notes of counts. */
  boolean hasCounted() {
    return !counted.isEmpty();
  }

  private void push(Limbo limbo, long object) {
    limbo.enqueue(object, sequence);
    hasUnlinked = true;
  }

  /** Further nodes of limbo are spare ones; a commit takes no node away. */
  private final class Nodes implements Limbo.Nodes {
    @Override
    public long take() {
      return spareNodes.get(limboNodesUsed++);
    }

    @Override
    public void give(long node) {
      throw new AssertionError("a commit only adds to limbo");
    }
  }

  /** Lets the sweep know what has come into limbo, or has been linked again. */
  void tell(LimboSweep sweep) {
    if (relinked > 0) {
      sweep.relinked(relinked);
    }
    if (hasUnlinked) {
      sweep.unlinked();
    }
    if (hasLost) {
      sweep.lost().add();
    }
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

  /**
   * Puts what registered snapshots still need, or all, into the version store. Counts are no part
   * of what snapshots see; that one has changed is noted, because what has lost a reference now can
   * be reached from the state before, however its count falls to 0 later.
   */
  void keepImages(VersionStore store, Snapshots snapshots, boolean all) {
    boolean blocks = hasBlocks();
    Snapshots.Registered registered =
        blocks
            ? snapshots.look(work.registered)
            : snapshots.lookAtViews(work.registered); // updates need to know of blocks only
    for (long object : counted) { // whether an update needs it shows when all is in place
      store.add(Blocks.countKey(object), 0, sequence, null, registered);
    }
    if (!all && registered.oldest() == Snapshots.NONE) {
      if (blocks) {
        store.unnoted(sequence);
      }
      return;
    }
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
    for (Workspace.Copy copy : update.copies()) {
      if (copy.isNew()) {
        heap.clearVersion(copy.object);
      }
    }
    VarHandle.storeStoreFence();
  }

  /** From now on readers see each object that is about to be overwritten applying. */
  void markApplying() {
    VarHandle.releaseFence(); // who sees an object applying finds its before-image
    for (Workspace.Copy copy : overwritten) {
      heap.markApplying(copy.object);
    }
    VarHandle.storeStoreFence();
  }

  /**
   * Puts the record in place. Readers see each overwritten object applying until its stamp.
   *
   * @param beforeStamps runs when all bytes have been copied and nothing is stamped yet
   */
  void apply(Runnable beforeStamps) {
    InPlace inPlace = new InPlace(heap);
    long stamps = stampsAt - RecordBuilder.EMPTY_BYTES;
    MemorySegment entries = record.entries();
    LogRecord.forEachEntry(entries, 0, stamps, sequence, inPlace);
    beforeStamps.run();
    LogRecord.forEachEntry(entries, stamps, entries.byteSize(), sequence, inPlace);
    allocator.committed(this);
    if (limboNodesUsed > 0) {
      spareNodes.remove(limboNodesUsed);
    }
  }
}

package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.util.function.LongConsumer;

/**
 * Finds the proxy of an object that is, or was, referred to by weak fields: a tree of arrays of
 * slots, whose path to a proxy is spelled by a hash of the object's place, as far as it takes to
 * tell it from the others. Its nodes are objects like any other, so two updates that change the
 * same one conflict, and an abort undoes the change. Nodes stay when they have become empty.
 *
 * <p>It hangs on an entry of the root directory that no name leads to, always the first one of the
 * first chain; a pool without weak references has none.
 */
final class WeakIndex {
  private static final int FANOUT_BITS = 5;
  private static final int FANOUT = 1 << FANOUT_BITS;
  private static final int LEVELS = (Long.SIZE + FANOUT_BITS - 1) / FANOUT_BITS;

  /** Odd, so different places have different hashes. */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private static final int NEXT = SlotsFormat.slot(0);
  private static final int NAME = SlotsFormat.slot(1);
  private static final int ROOT = SlotsFormat.slot(2);
  private static final int UNBUILT = SlotsFormat.slot(3);
  private static final int ENTRY_SLOTS = 4;
  private static final int CHAIN = SlotsFormat.slot(0);

  /** What the entry has for a name: the number 0. */
  private static final long NO_NAME = Scalars.inSlot(0);

  private static final long YES = Scalars.inSlot(true);

  private final ObjectSpace space;
  private final long directory;

  WeakIndex(ObjectSpace space) {
    this.space = space;
    this.directory = space.transactions().heap().heapOffset() + PoolHeaderFormat.ROOT_DIRECTORY;
  }

  /** The entry in the root directory, or 0. */
  long entry(Tx tx) {
    long first = tx.word(directory, CHAIN);
    return first != 0 && tx.word(first, NAME) == NO_NAME ? first : 0;
  }

  private long needEntry(Update update) {
    long entry = entry(update);
    if (entry == 0) {
      long first = update.word(directory, CHAIN);
      entry = newSlots(update, ENTRY_SLOTS);
      space.references().putSlot(update, entry, NEXT, first);
      update.putWord(entry, NAME, NO_NAME);
      space.references().putSlot(update, directory, CHAIN, entry);
    }
    return entry;
  }

  private static long newSlots(Update update, int length) {
    return NewObject.create(update, ClassIds.SLOTS, SlotsFormat.size(length))
        .putInt(SlotsFormat.LENGTH, length)
        .offset();
  }

  private static int slotOf(long object, int level) {
    return SlotsFormat.slot((int) (((object * SPREAD) << (level * FANOUT_BITS)) >>> -FANOUT_BITS));
  }

  private static boolean isProxy(Tx tx, long object) {
    return (int) tx.constantWord(object, ObjectFormat.CLASS_ID) == ClassIds.WEAK_PROXY;
  }

  /** A word of a proxy, as it is now, or as the update is about to make it. */
  static long proxyWord(Tx tx, long proxy, int wordOffset) {
    if (tx instanceof Update update) {
      long[] own = update.ownWords(proxy);
      return own != null ? own[wordOffset >> 3] : update.rawWord(proxy + wordOffset);
    }
    return tx.constantWord(proxy, wordOffset);
  }

  /** The proxy of an object, or 0. */
  long find(Tx tx, long object) {
    long entry = entry(tx);
    long at = entry == 0 ? 0 : tx.word(entry, ROOT);
    for (int level = 0; at != 0; level++) {
      if (isProxy(tx, at)) {
        return proxyWord(tx, at, WeakProxyFormat.OBJECT) == object ? at : 0;
      }
      checkLevel(at, level);
      at = tx.word(at, slotOf(object, level));
    }
    return 0;
  }

  private void checkLevel(long node, int level) {
    if (level >= LEVELS) {
      throw new CorruptPoolException(
          "%s: the index of weak references has more than %d levels at %d"
              .formatted(space.name(), LEVELS, node));
    }
  }

  /** Adds the proxy of an object that has none. */
  void put(Update update, long object, long proxy) {
    long holder = needEntry(update);
    int slot = ROOT;
    for (int level = 0; ; level++) {
      long found = update.word(holder, slot);
      if (found == 0) {
        space.references().putSlot(update, holder, slot, proxy);
        return;
      }
      checkLevel(found, level);
      if (isProxy(update, found)) {
        long node = newSlots(update, FANOUT);
        long other = proxyWord(update, found, WeakProxyFormat.OBJECT);
        space.references().putSlot(update, node, slotOf(other, level), found);
        space.references().putSlot(update, holder, slot, node);
        found = node;
      }
      holder = found;
      slot = slotOf(object, level);
    }
  }

  /**
   * Takes out the proxy of an object, which has one; the caller counts it down. Slots in which
   * nothing is left go too, else the index would grow with every target that there has ever been.
   */
  void remove(Update update, long object) {
    removeBelow(update, entry(update), ROOT, object, 0);
  }

  private void removeBelow(Update update, long holder, int slot, long object, int level) {
    long found = update.word(holder, slot);
    if (isProxy(update, found)) {
      update.putWord(holder, slot, 0);
      return;
    }
    checkLevel(found, level);
    removeBelow(update, found, slotOf(object, level), object, level + 1);
    if (isEmpty(update, found)) {
      space.references().putSlot(update, holder, slot, 0);
    }
  }

  private static boolean isEmpty(Tx tx, long node) {
    for (int i = 0; i < FANOUT; i++) {
      if (tx.word(node, SlotsFormat.slot(i)) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Visits all proxies. */
  void forEach(Tx tx, LongConsumer visitor) {
    long entry = entry(tx);
    if (entry != 0) {
      forEachBelow(tx, tx.word(entry, ROOT), 0, visitor);
    }
  }

  private void forEachBelow(Tx tx, long at, int level, LongConsumer visitor) {
    if (at == 0) {
      return;
    }
    if (isProxy(tx, at)) {
      visitor.accept(at);
      return;
    }
    checkLevel(at, level);
    for (int i = 0; i < FANOUT; i++) {
      forEachBelow(tx, tx.word(at, SlotsFormat.slot(i)), level + 1, visitor);
    }
  }

  // ---- after a compaction

  /** Whether the proxies' objects have got other places and the index is still to be made. */
  boolean isUnbuilt(Tx tx) {
    long entry = entry(tx);
    return entry != 0 && tx.word(entry, UNBUILT) != 0;
  }

  /** The index has been made. */
  void setBuilt(Update update) {
    update.putWord(entry(update), UNBUILT, 0);
  }

  /** Whether a slot of an object is the one that leads to the tree. */
  boolean isRoot(Tx tx, long object, int fieldOffset) {
    return fieldOffset == ROOT && object == entry(tx);
  }

  /** Where the entry says that the index is still to be made. */
  static int unbuiltAt() {
    return UNBUILT;
  }

  /** What it says there. */
  static long unbuilt() {
    return YES;
  }
}

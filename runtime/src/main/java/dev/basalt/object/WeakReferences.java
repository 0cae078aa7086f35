package dev.basalt.object;

import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.OffsetMap;
import dev.basalt.tx.Still;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weak references of a pool. A {@code @Weak} field refers to a proxy, and is counted there; the
 * proxy leads to the target without being counted. All weak fields with the same target share its
 * proxy, so one store makes them null. A proxy stays as long as its target, then as long as fields
 * refer to it.
 *
 * <p>The word that leads from the proxy to the target has no versions: whoever reads it, in
 * whatever transaction, sees whether the target is there now. What it leads to is kept from being
 * reclaimed by {@link WeakGate} until it has a handle.
 */
@SuppressWarnings("exports") // for the layers between this one and the public package
public final class WeakReferences {
  /** Proxies that one update adds to an index that is made anew. */
  private static final int STEP = 100;

  private final ObjectSpace space;
  private final WeakIndex index;
  private final WeakGate gate = new WeakGate();

  WeakReferences(ObjectSpace space) {
    this.space = space;
    this.index = new WeakIndex(space);
  }

  WeakIndex index() {
    return index;
  }

  // ---- fields

  /** The slot of a weak field that refers to a value; counts no reference. */
  long encode(Update update, @Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case PersistentObject object -> proxyOf(update, space.values().encode(update, object, 0));
      default ->
          throw new UnsupportedTypeException(
              "a @Weak field can only refer to an object of a @Persistent class or a persistent"
                  + " collection, not to a "
                  + value.getClass().getTypeName());
    };
  }

  /** The proxy of an object that the update keeps from being reclaimed; made if there is none. */
  long proxyOf(Update update, long object) {
    long found = index.find(update, object);
    if (found != 0) {
      return found;
    }
    long proxy =
        NewObject.create(update, ClassIds.WEAK_PROXY, WeakProxyFormat.SIZE)
            .putLong(WeakProxyFormat.OBJECT, object)
            .putLong(WeakProxyFormat.TARGET, object)
            .offset();
    index.put(update, object, proxy);
    return proxy;
  }

  /** What a proxy leads to now, or 0. */
  static long target(Tx tx, long proxy) {
    return WeakIndex.proxyWord(tx, proxy, WeakProxyFormat.TARGET);
  }

  /** The handle of a proxy's target, or null if that has been reclaimed. */
  @Nullable Object resolve(Tx tx, long proxy, int depth) {
    tx.verify(proxy, WeakProxyFormat.SIZE);
    while (true) {
      long target = target(tx, proxy);
      if (target == 0) {
        return null;
      }
      PersistentObject known = space.handles().find(target);
      if (known != null) {
        VarHandle.loadLoadFence();
        if (target(tx, proxy) == target) {
          return known; // it was the target's, not that of an object that came to its place
        }
        continue;
      }
      int place = gate.announce(proxy);
      try {
        switch (gate.fate(proxy)) {
          case STAYS -> {
            if (target(tx, proxy) == target) { // afterwards: a mark that is gone has left 0
              return space.values().decode(tx, target, depth + 1);
            }
          }
          case GOES -> {
            return null;
          }
          case UNDECIDED -> {}
        }
      } finally {
        gate.withdraw(place);
      }
      WeakGate.pause();
    }
  }

  // ---- reclaiming, under the commit lock

  /**
   * Gives up an object that no handle refers to: from now on nobody gets one by a weak reference.
   *
   * @return false if somebody is about to get one; then the object must be kept
   */
  boolean giveUp(long object) {
    Tx still = new Still(space.transactions(), true);
    gate.marked().removeIf(proxy -> target(still, proxy) == 0);
    long proxy = mayHaveProxy(still, object) ? index.find(still, object) : 0;
    if (proxy == 0 || target(still, proxy) == 0) {
      return true;
    }
    if (!gate.mark(proxy)) {
      return false;
    }
    if (space.handles().hasHandle(object)) {
      gate.unmark(proxy);
      return false;
    }
    return true;
  }

  private boolean mayHaveProxy(Tx tx, long object) {
    return index.entry(tx) != 0
        && (int) tx.constantWord(object, ObjectFormat.CLASS_ID) >= ClassIds.FIRST_TYPE;
  }

  /**
   * The update frees an object: its weak references become null. The index has led to the proxy in
   * all states before, so that counts as a reference that this update takes away.
   */
  void release(Update update, long object) {
    Tx tx = update;
    long proxy = mayHaveProxy(tx, object) ? index.find(tx, object) : 0;
    if (proxy != 0) {
      index.remove(update, object);
      Values.count(update, proxy, -1);
      update.putRawWord(proxy + WeakProxyFormat.OBJECT, 0);
      update.putRawWord(proxy + WeakProxyFormat.TARGET, 0);
    }
  }

  /** Whoever was reclaiming has ended, perhaps by a failure. */
  void endReclaiming() {
    gate.marked().clear();
  }

  // ---- garbage in cycles

  /** Decides about objects. */
  public interface Decision {
    /**
     * Decides.
     *
     * @param object the object
     * @return whether nothing but weak references leads to it
     */
    boolean isGarbage(long object);
  }

  /**
   * Makes the weak references to garbage null, all in one commit: while one of them leads into a
   * cycle, all of the cycle can be reached.
   *
   * @param tx sees the state for which the garbage was found
   * @param decision tells what is garbage; again after the next
   * @param rescue marks what has got a handle by a weak reference until it is called
   */
  public void clear(Tx tx, Decision decision, Runnable rescue) {
    OffsetMap doomed = proxiesOf(tx, decision);
    if (doomed.size() == 0) {
      return;
    }
    try {
      gate.doom(doomed);
      rescue.run();
      OffsetMap dead = proxiesOf(tx, decision);
      gate.decide(dead);
      space
          .transactions()
          .runLocked(
              update ->
                  dead.forEach((proxy, _) -> update.putRawWord(proxy + WeakProxyFormat.TARGET, 0)));
    } finally {
      gate.endDoom();
    }
  }

  private OffsetMap proxiesOf(Tx tx, Decision decision) {
    OffsetMap found = new OffsetMap();
    index.forEach(
        tx,
        proxy -> {
          long target = target(tx, proxy);
          if (target != 0 && decision.isGarbage(target)) {
            found.put(proxy, target);
          }
        });
    return found;
  }

  // ---- when a pool is opened

  /** An object has got another place; nobody else uses the pool. */
  void move(Update update, long from, long to) {
    long proxy = index.find(update, from);
    if (proxy != 0) {
      index.remove(update, from);
      Values.count(update, proxy, -1);
      update.putRawWord(proxy + WeakProxyFormat.OBJECT, to);
      if (target(update, proxy) != 0) {
        update.putRawWord(proxy + WeakProxyFormat.TARGET, to);
      }
      index.put(update, to, proxy);
    }
  }

  /**
   * Makes the index of a pool that a compaction has written, in which all objects have new places.
   * A crash leaves a part of it, and the next opening goes on.
   *
   * @param allocator knows where objects lie
   */
  public void buildIndex(Allocator allocator) {
    if (!space.read(() -> index.isUnbuilt(space.currentTx()))) {
      return;
    }
    Tx still = new Still(space.transactions(), true);
    for (int chunk = 0; chunk < allocator.chunkCount(); chunk++) {
      List<Long> proxies = new ArrayList<>();
      allocator.forEachBlock(
          chunk,
          (block, _) -> {
            still.manager().heap().verify(block, ObjectFormat.SIZE);
            if ((int) still.word(block, ObjectFormat.CLASS_ID) == ClassIds.WEAK_PROXY) {
              proxies.add(block);
            }
          });
      for (int from = 0; from < proxies.size(); from += STEP) {
        add(proxies.subList(from, Math.min(proxies.size(), from + STEP)));
      }
    }
    space.write(
        () -> {
          index.setBuilt(space.currentUpdate());
          return true;
        });
  }

  private void add(List<Long> proxies) {
    space.write(
        () -> {
          Update update = space.currentUpdate();
          for (long proxy : proxies) {
            long object = WeakIndex.proxyWord(update, proxy, WeakProxyFormat.OBJECT);
            if (object != 0 && index.find(update, object) == 0) {
              index.put(update, object, proxy);
            }
          }
          return true;
        });
  }
}

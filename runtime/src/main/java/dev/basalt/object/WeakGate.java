package dev.basalt.object;

import dev.basalt.memory.OffsetMap;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Between those who read a weak reference to an object that has no handle and those who reclaim it.
 * Each announces first and looks second, so one of them sees the other:
 *
 * <pre>
 * reader                                 reclaimer (under the commit lock)
 * announces the proxy                    marks the proxy as dying
 * is the proxy dying? then once more     is the proxy announced? is there a handle?
 * is the target still there?             then keeps the object, and takes the mark back
 * makes the handle                       else frees the object, sets the target to 0,
 * takes the announcement back            and takes the mark back
 * </pre>
 *
 * <p>A reader that meets a dying proxy waits, because whether the object goes is about to be
 * decided.
 */
final class WeakGate {
  private static final int PLACES = 64;

  private static final long PAUSE_NANOS = 10_000;

  /** Longs between places, so that none shares a cache line with another. */
  private static final int STRIDE = 8;

  private final AtomicLongArray announced = new AtomicLongArray(PLACES * STRIDE);

  private final Set<Long> dying = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Doom doom;

  /** The proxies of garbage in cycles; never changed once it is here. */
  private record Doom(OffsetMap proxies, boolean isDecided) {}

  /** What becomes of a proxy's target. */
  enum Fate {
    STAYS,
    UNDECIDED,
    GOES
  }

  // ---- readers

  /** Announces that the caller is about to make a handle; returns the place to withdraw. */
  int announce(long proxy) {
    int first = (int) Thread.currentThread().threadId();
    for (int i = first; ; i++) {
      int place = (i & (PLACES - 1)) * STRIDE;
      if (announced.get(place) == 0 && announced.compareAndSet(place, 0, proxy)) {
        VarHandle.fullFence();
        return place;
      }
      if (i - first >= PLACES) {
        pause();
      }
    }
  }

  /** What others do meanwhile is short, but they may not have a processor. */
  static void pause() {
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  void withdraw(int place) {
    announced.set(place, 0);
  }

  /** Asked after {@link #announce}. */
  Fate fate(long proxy) {
    if (dying.contains(proxy)) {
      return Fate.UNDECIDED;
    }
    Doom now = doom;
    if (now == null || now.proxies.get(proxy, 0) == 0) {
      return Fate.STAYS;
    }
    return now.isDecided ? Fate.GOES : Fate.UNDECIDED;
  }

  // ---- whoever reclaims

  /**
   * Marks a proxy as dying.
   *
   * @return whether no reader has announced it; else the mark is taken back
   */
  boolean mark(long proxy) {
    boolean _ = dying.add(proxy);
    VarHandle.fullFence();
    if (isAnnounced(proxy)) {
      unmark(proxy);
      return false;
    }
    return true;
  }

  /** The target of a proxy stays, or has gone. */
  void unmark(long proxy) {
    boolean _ = dying.remove(proxy);
  }

  /** The proxies that are marked. */
  Set<Long> marked() {
    return dying;
  }

  private boolean isAnnounced(long proxy) {
    for (int place = 0; place < announced.length(); place += STRIDE) {
      if (announced.get(place) == proxy) {
        return true;
      }
    }
    return false;
  }

  /**
   * Has readers of many proxies wait until it is decided what goes; returns when none is between
   * its announcement and its handle.
   */
  void doom(OffsetMap proxies) {
    doom = new Doom(proxies, false);
    VarHandle.fullFence();
    for (int place = 0; place < announced.length(); place += STRIDE) {
      for (long proxy = announced.get(place);
          proxy != 0 && proxies.get(proxy, 0) != 0;
          proxy = announced.get(place)) {
        pause();
      }
    }
  }

  /** It is decided: the targets of these go, and their readers see null. */
  void decide(OffsetMap proxies) {
    doom = new Doom(proxies, true);
  }

  /** The targets of all that go are 0. */
  void endDoom() {
    doom = null;
  }
}

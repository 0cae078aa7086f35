package dev.basalt.object;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Handles that are in the table already, while a method of their class sets them up.
 *
 * <p>Others wait until that is done, as for the initialisation of a class; and as there, whoever
 * would wait for himself does not: neither the thread that sets the handle up, nor one for whose
 * handle that thread is waiting in turn. Both get the handle as it is. So nobody hangs.
 *
 * <p>All fields are guarded by the monitor, except {@link #isBusy}, which may be read without: a
 * handle is entered before anybody can find it in the table.
 */
final class HandlesInMaking {
  private final IdentityHashMap<PersistentObject, Thread> makers = new IdentityHashMap<>();
  private final IdentityHashMap<Thread, PersistentObject> waiting = new IdentityHashMap<>();
  private volatile boolean isBusy;

  /** Enters a handle that the calling thread is about to put into the table. */
  synchronized void begin(PersistentObject handle) {
    makers.put(handle, Thread.currentThread());
    isBusy = true;
  }

  /** Whether a handle may be in the making. */
  boolean isBusy() {
    return isBusy;
  }

  /**
   * Waits until a handle is set up, unless that would be for ever.
   *
   * @return whether it is set up
   */
  synchronized boolean await(PersistentObject handle) {
    boolean interrupted = false;
    Thread self = Thread.currentThread();
    while (makers.containsKey(handle) && !leadsTo(self, handle)) {
      waiting.put(self, handle);
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // the work is short, and a field is not read half
      } finally {
        waiting.remove(self);
      }
    }
    if (interrupted) {
      self.interrupt();
    }
    return !makers.containsKey(handle);
  }

  /** Whether the end of a handle's making depends on a thread. */
  private boolean leadsTo(Thread thread, PersistentObject handle) {
    @Nullable Thread maker = makers.get(handle);
    while (maker != null && maker != thread) {
      PersistentObject next = waiting.get(maker);
      maker = next == null ? null : makers.get(next);
    }
    return maker == thread;
  }

  /** Takes a handle out, set up or not. */
  synchronized void end(PersistentObject handle) {
    makers.remove(handle);
    isBusy = !makers.isEmpty();
    notifyAll();
  }
}

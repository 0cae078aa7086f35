package dev.basalt.bridge;

import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.tx.Update;
import org.jspecify.annotations.Nullable;

/** Runs the body of a {@code @Transactional} method in a transaction, or as part of one. */
final class TransactionalCall {
  private TransactionalCall() {}

  static @Nullable Object run(
      @Nullable Object receiver, boolean readOnly, String method, TransactionalBody body) {
    ObjectSpace space = space(receiver, method);
    if (readOnly) {
      return space.<@Nullable Object>read(() -> call(body));
    }
    return space.transactions().current() instanceof Update outer
        ? outer.<@Nullable Object, RuntimeException>join(() -> call(body))
        : space.<@Nullable Object>write(() -> call(body));
  }

  /** The pool of the receiver if it is a handle, else the one that the thread uses. */
  private static ObjectSpace space(@Nullable Object receiver, String method) {
    ObjectSpace own = receiver instanceof PersistentObject object ? object.$basalt$space() : null;
    ObjectSpace space = own != null ? own : ObjectSpace.inUse();
    if (space == null) {
      throw new IllegalStateException(
          method
              + " is @Transactional, but its object is in no pool and this thread in no"
              + " transaction: call it on a stored object, or inside pool.update(...) or"
              + " pool.view(...)");
    }
    return space;
  }

  /** Checked exceptions pass through unchanged: the method declares what its body throws. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> @Nullable Object call(TransactionalBody body) throws X {
    try {
      return body.run();
    } catch (Throwable e) {
      throw (X) e;
    }
  }
}

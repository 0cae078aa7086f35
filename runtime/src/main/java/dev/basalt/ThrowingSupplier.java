package dev.basalt;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction that has a result.
 *
 * @param <R> the result's type
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface ThrowingSupplier<R extends @Nullable Object, X extends Throwable> {
  /**
   * Runs the body.
   *
   * @return its result
   * @throws X what the body throws
   */
  R get() throws X;
}

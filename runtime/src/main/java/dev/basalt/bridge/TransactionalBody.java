package dev.basalt.bridge;

import org.jspecify.annotations.Nullable;

/** What a {@code @Transactional} method did before it was rewritten. May run more than once. */
@FunctionalInterface
public interface TransactionalBody {
  /**
   * Runs the body.
   *
   * @return its result, boxed if it is primitive
   * @throws Throwable what the body throws
   */
  @Nullable Object run() throws Throwable;
}

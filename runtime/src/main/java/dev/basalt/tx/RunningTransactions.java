package dev.basalt.tx;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The transactions that a thread is in, of all pools, innermost last. Each entry is pushed and
 * popped by the thread itself; a transaction that joins another one is not an entry.
 */
public final class RunningTransactions {
  private static final ThreadLocal<ArrayDeque<TransactionManager>> RUNNING =
      ThreadLocal.withInitial(() -> new ArrayDeque<>(2));

  private RunningTransactions() {}

  /**
   * The pool whose transaction the calling thread began last, of those that have not ended.
   *
   * @return the pool's transactions, or {@code null} if the thread is in none
   */
  public static @Nullable TransactionManager innermost() {
    return RUNNING.get().peekLast();
  }

  static void begun(TransactionManager transactions) {
    RUNNING.get().addLast(transactions);
  }

  /** Transactions of different pools need not end in the order of their beginning. */
  static void ended(TransactionManager transactions) {
    RUNNING.get().removeLastOccurrence(transactions);
  }
}

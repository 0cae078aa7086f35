package dev.basalt;

import dev.basalt.error.StaleTransactionException;
import dev.basalt.tx.Update;

/**
 * A transaction inside another one. Its commit leaves the decision to the outer; its end without a
 * commit makes the outer fail, since what it did cannot be taken back alone.
 */
final class JoinedTransaction implements Transaction {
  private final Update outer;
  private boolean ended;

  JoinedTransaction(Update outer) {
    this.outer = outer;
  }

  @Override
  public void commit() {
    outer.checkUsable();
    if (ended) {
      throw new StaleTransactionException("the transaction has ended");
    }
    ended = true;
  }

  @Override
  public void close() {
    if (!ended && !outer.hasEnded()) {
      outer.checkUsable();
      ended = true;
      outer.doom(
          new IllegalStateException("a transaction inside this update ended without a commit"));
    }
  }
}

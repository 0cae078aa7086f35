package dev.basalt;

import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Update;

/** A transaction that began its update. */
record OwnTransaction(TransactionManager transactions, Update update) implements Transaction {
  @Override
  public void commit() {
    try {
      transactions.commit(update);
    } catch (InternalError e) {
      throw transactions.faults().of(e);
    }
  }

  @Override
  public void close() {
    transactions.abort(update);
  }
}

package dev.basalt.tx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the updates of threads that have ended themselves: such a thread called {@code begin} and
 * neither committed nor closed. Nobody else may use its update, and until it is aborted its
 * snapshot, its reservations and the objects that it was about to store are held for nobody.
 *
 * <p>What the thread has done is seen here, because it is not alive any more.
 */
final class Abandoned {
  private static final Logger LOGGER = LoggerFactory.getLogger(Abandoned.class);

  private final TransactionManager manager;

  Abandoned(TransactionManager manager) {
    this.manager = manager;
  }

  /** Aborts what ended threads have left. The monitor keeps two callers from doing so at once. */
  synchronized void endAll() {
    for (Tx tx : ThreadTx.ofEndedThreads(manager)) {
      if (tx instanceof Update update && !update.hasEnded()) {
        LOGGER.warn(
            "{}: {} ended inside a transaction that it had begun at commit {}; the transaction is"
                + " aborted",
            manager.name(),
            update.thread,
            update.version());
        manager.abortUnlessEnded(update);
      }
    }
  }
}

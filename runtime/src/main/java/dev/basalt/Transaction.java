package dev.basalt;

/**
 * An update whose begin and end are calls, for frameworks. Used by the thread that began it; {@link
 * #close} without {@link #commit} aborts. If its thread ends without either, it is aborted some
 * time later, with a warning.
 *
 * <pre>{@code
 * try (Transaction tx = pool.begin()) {
 *   ...
 *   tx.commit();
 * }
 * }</pre>
 */
public interface Transaction extends AutoCloseable {
  /**
   * Commits the update.
   *
   * @throws dev.basalt.error.StaleTransactionException if it has ended or belongs to another thread
   */
  void commit();

  /** Aborts the update unless it was committed. */
  @Override
  void close();
}

package dev.basalt;

/** What an update that has returned survives. Both survive the death of the process. */
public enum Durability {
  /** A power cut: the log is synced before an update returns. */
  SYNC,
  /**
   * The death of the process. A power cut loses at most the last few milliseconds of updates, the
   * latest first; the pool is consistent in any case. {@link Pool#sync} waits for what has
   * returned.
   */
  ASYNC
}

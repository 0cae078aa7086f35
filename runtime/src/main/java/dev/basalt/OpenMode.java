package dev.basalt;

/** What to do about a pool that exists, or does not. */
public enum OpenMode {
  /** Open an existing pool. */
  OPEN,
  /** Create a pool; it must not exist. */
  CREATE_NEW,
  /** Open a pool, created if it does not exist. */
  OPEN_OR_CREATE,
  /** Open an existing pool for reading. Nothing in the file changes. */
  READ_ONLY
}

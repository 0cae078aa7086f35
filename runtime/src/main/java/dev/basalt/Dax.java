package dev.basalt;

/**
 * Whether a pool's file is mapped without a page cache, which persistent memory allows: a file
 * system that is mounted with DAX. Then an update is durable when it returns, with {@link
 * Durability#ASYNC} too, and costs no system call.
 */
public enum Dax {
  /** Where that is possible: found out by trying when the pool is opened for writing. */
  AUTO,

  /** As {@link #AUTO}, and a warning is logged once, at opening, where it is not possible. */
  EXPECTED,

  /** Not at all: the pool works like one on a disk. */
  NEVER
}

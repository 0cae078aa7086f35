package dev.basalt.log;

import java.lang.foreign.MemorySegment;

/**
 * How records get into the log region. {@link SyncAppender} writes with system calls and makes a
 * record durable when asked; {@link AsyncAppender} stores through a shared mapping and is made
 * durable in the background; a record that {@link DaxAppender} has taken is durable.
 */
interface Appender {
  /**
   * Takes a record; it is in the log's order from now on. Called under the commit lock.
   *
   * @param position where it goes; there is room
   * @param record the record, valid during the call
   * @return whether it is durable already
   */
  boolean append(long position, MemorySegment record);

  /**
   * Makes everything that was appended before the call durable.
   *
   * @param end a position up to which records were appended before the call
   * @return the position up to which the log is durable now, at least {@code end}
   */
  long flush(long end);

  /** Releases memory; everything is durable before. */
  void close();
}

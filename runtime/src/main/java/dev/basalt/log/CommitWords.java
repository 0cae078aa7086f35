package dev.basalt.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The words that every commit needs: the commit lock's, the clock's, the end of the log, and
 * whether commits may still be putting their changes in place. They lie in one cache line, so that
 * a thread that commits after another waits for one line to come over, not for four. In native
 * memory, because nobody can say where in its line a field of an object lies.
 */
public final class CommitWords {
  /** Who owns a line often owns its neighbour too. */
  private static final long LINE_BYTES = 128;

  private static final long LOCK = 0;
  private static final long CLOCK = LOCK + Long.BYTES;
  private static final long LOG_END = CLOCK + Long.BYTES;
  private static final long OVERLAPPING = LOG_END + Long.BYTES;

  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment line = Arena.ofAuto().allocate(LINE_BYTES, LINE_BYTES);

  /** Creates words that are 0. */
  public CommitWords() {}

  // ---- the lock

  /**
   * Takes the lock if it is free.
   *
   * @return whether the caller holds it now
   */
  public boolean tryLock() {
    return WORD.compareAndSet(line, LOCK, 0L, 1L);
  }

  /** Frees the lock, which the caller holds. */
  public void unlockRelease() {
    WORD.setRelease(line, LOCK, 0L);
  }

  // ---- the clock

  /**
   * The clock.
   *
   * @return the word
   */
  public long clockVolatile() {
    return (long) WORD.getVolatile(line, CLOCK);
  }

  /**
   * Sets the clock; what the caller reads afterwards is read after that.
   *
   * @param clock the word
   */
  public void setClockVolatile(long clock) {
    WORD.setVolatile(line, CLOCK, clock);
  }

  /**
   * Sets the clock; what the caller has written is seen by whoever sees it.
   *
   * @param clock the word
   */
  public void setClockRelease(long clock) {
    WORD.setRelease(line, CLOCK, clock);
  }

  // ---- commits that are put in place beside others

  /**
   * Whether a commit may still be putting its changes in place without the lock.
   *
   * @return {@code false} if there is none
   */
  public boolean isOverlappingVolatile() {
    return (long) WORD.getVolatile(line, OVERLAPPING) != 0;
  }

  /**
   * Says whether there may be one. Called by who holds the lock.
   *
   * @param overlapping whether there may be one
   */
  public void setOverlappingRelease(boolean overlapping) {
    WORD.setRelease(line, OVERLAPPING, overlapping ? 1L : 0L);
  }

  // ---- the log

  long logEndVolatile() {
    return (long) WORD.getVolatile(line, LOG_END);
  }

  void setLogEndRelease(long end) {
    WORD.setRelease(line, LOG_END, end);
  }
}

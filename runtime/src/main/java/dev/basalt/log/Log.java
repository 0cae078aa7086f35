package dev.basalt.log;

import dev.basalt.error.BasaltException;
import dev.basalt.error.PoolFailedException;
import dev.basalt.format.LogRecordFormat;
import dev.basalt.format.Superblock;
import dev.basalt.medium.MappingFault;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The open log of a pool: takes commit records in their order and makes them durable.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>{@code start <= durable <= end <= start + size}; positions only grow.
 *   <li>Bytes in {@code [start, end)} are records with consecutive sequence numbers, and none of
 *       them is overwritten before {@link #cut} has moved the start behind it, which happens only
 *       after a superblock that says so is durable.
 *   <li>One thread at a time flushes (the leader); the others wait for it and find their record
 *       durable, or lead the next round.
 *   <li>After the first failure nothing is appended and nothing becomes durable.
 * </ol>
 */
public final class Log implements AutoCloseable {
  private final LogRegion region;
  private final Appender appender;
  private final long epoch;

  private final FlushGroup group = new FlushGroup();

  /** Hold the end, which is written under the commit lock. */
  private final CommitWords words = new CommitWords();

  /** Written by the checkpoint. */
  private volatile long start;

  /** Written under the group's lock; of a {@link Mode#DAX} log under the commit lock. */
  private volatile long durable;

  private volatile @Nullable Throwable failure;

  private boolean closed;
  private final LongAdder flushes = new LongAdder();

  /** How records reach the medium. */
  public enum Mode {
    /** By system calls, when asked to be durable. */
    SYNC,
    /** Through a shared mapping. */
    ASYNC,
    /** Through a synchronous mapping of persistent memory: durable when appended. */
    DAX
  }

  /**
   * Opens an empty log at the place where the superblock starts it.
   *
   * @param region the log's bytes
   * @param superblock the superblock in force
   * @param mode how records reach the medium
   */
  public Log(LogRegion region, Superblock superblock, Mode mode) {
    this.region = region;
    this.epoch = superblock.epoch();
    this.start = superblock.logStart();
    words.setLogEndRelease(start);
    this.durable = start;
    this.appender =
        switch (mode) {
          case SYNC -> new SyncAppender(region);
          case ASYNC -> new AsyncAppender(region, start);
          case DAX -> new DaxAppender(region);
        };
  }

  /**
   * The words that every commit changes.
   *
   * @return the words; all but the log's end are the caller's
   */
  public CommitWords words() {
    return words;
  }

  /**
   * Whether a record fits without a checkpoint.
   *
   * @param length its length in bytes
   * @return whether there is room now
   */
  public boolean hasRoomFor(long length) {
    return end() + length - start <= region.size();
  }

  /**
   * The longest record that an empty log takes.
   *
   * @return bytes
   */
  public long capacity() {
    return region.size();
  }

  /**
   * Whether a record is so long that it is to be {@linkplain #appendSpilled spilled}.
   *
   * @param length its length in bytes
   * @return whether it would take more than half of the log
   */
  public boolean mustSpill(long length) {
    return length > region.size() / 2;
  }

  /**
   * Appends a commit. Called under the commit lock, with room made before.
   *
   * @param builder holds the entries
   * @param sequence the commit's number
   * @return the position behind it
   * @throws PoolFailedException if the log has failed before
   */
  public long append(RecordBuilder builder, long sequence) {
    return append(builder.finish(sequence, epoch));
  }

  /**
   * Appends a commit whose entries are durable at another place. Called under the commit lock, with
   * room made before.
   *
   * @param builder holds the entries
   * @param place where in the pool they were written
   * @param sequence the commit's number
   * @throws PoolFailedException if the log has failed before
   */
  public void appendSpilled(RecordBuilder builder, long place, long sequence) {
    long _ = append(builder.finishSpilled(place, sequence, epoch));
  }

  private long append(MemorySegment record) {
    checkNotFailed();
    if (!hasRoomFor(record.byteSize()) || record.byteSize() % LogRecordFormat.ALIGNMENT != 0) {
      throw new IllegalStateException("record of " + record.byteSize() + " bytes has no room");
    }
    long position = end();
    boolean isDurable;
    try {
      isDurable = appender.append(position, record);
    } catch (RuntimeException | Error e) {
      throw fail(e);
    }
    long end = position + record.byteSize();
    if (isDurable) {
      durable = end; // before anybody knows the end and waits for it
      flushes.increment();
    }
    words.setLogEndRelease(end);
    return end;
  }

  /**
   * The position behind the last appended record.
   *
   * @return the position
   */
  public long end() {
    return words.logEndVolatile();
  }

  /**
   * The position of the first record that is not cut off.
   *
   * @return the position
   */
  public long start() {
    return start;
  }

  /**
   * The bytes between start and end.
   *
   * @return how much of the region is in use
   */
  public long used() {
    return end() - start;
  }

  /**
   * Whether something has been appended that is not known to be durable.
   *
   * @return whether a flush has something to do
   */
  public boolean isUnsynced() {
    return durable < end();
  }

  /**
   * How often the log was made durable.
   *
   * @return the number of flushes
   */
  public long flushes() {
    return flushes.sum();
  }

  /**
   * Returns once the log is durable up to a position. One of the waiting threads flushes for all.
   *
   * @param position a position at or before the end
   * @throws PoolFailedException if writing or syncing failed
   */
  public void awaitDurable(long position) {
    while (durable < position && group.lead(() -> durable >= position)) {
      long reached = durable;
      try {
        group.gather();
        checkNotFailed();
        region.medium().checkIntact();
        reached = appender.flush(end());
        flushes.increment();
      } catch (RuntimeException | Error e) {
        throw fail(e);
      } finally {
        long flushed = reached;
        group.handOver(() -> durable = Math.max(durable, flushed));
      }
    }
  }

  /**
   * Gives up the log before a position: a superblock that starts there is durable.
   *
   * @param newStart the new start
   */
  public void cut(long newStart) {
    if (newStart < start || newStart > end()) {
      throw new IllegalArgumentException(newStart + " is not in [" + start + ", " + end() + "]");
    }
    start = newStart;
  }

  /**
   * Records the first failure; from then on the log refuses everything.
   *
   * @param cause what went wrong
   * @return the exception to throw: the failure itself for the one who meets it first, if it says
   *     by its type what has happened, and else that the pool has failed
   */
  public RuntimeException fail(Throwable cause) {
    Throwable translated =
        cause instanceof InternalError error && MappingFault.isFault(error)
            ? MappingFault.translate(region.medium(), error)
            : cause;
    Throwable first;
    synchronized (this) {
      first = failure == null ? translated : failure;
      failure = first;
    }
    return first.equals(translated) && translated instanceof BasaltException e ? e : failed();
  }

  /** Throws if the log has failed. */
  public void checkNotFailed() {
    if (failure != null) {
      throw failed();
    }
  }

  /**
   * Whether the log has failed.
   *
   * @return {@code true} after the first failure
   */
  public boolean isFailed() {
    return failure != null;
  }

  private PoolFailedException failed() {
    Throwable cause = failure;
    return new PoolFailedException(
        region.medium().name()
            + " refuses updates because writing failed earlier ("
            + (cause == null ? "unknown" : cause.getMessage())
            + "); reopen it",
        cause);
  }

  /** Releases what the log has mapped; allowed twice, as when an opening fails late. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      appender.close();
    }
  }
}

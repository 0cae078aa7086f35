package dev.basalt.recovery;

import dev.basalt.format.Geometry;
import dev.basalt.format.Superblock;
import dev.basalt.log.LogRecord;
import dev.basalt.log.LogRegion;
import dev.basalt.log.LogScanner;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.MappingFault;
import dev.basalt.medium.Medium;
import dev.basalt.memory.BadPages;
import dev.basalt.memory.Heap;
import dev.basalt.memory.PageWriter;
import dev.basalt.tx.InPlace;
import java.lang.foreign.MemorySegment;
import jdk.jfr.FlightRecorder;

/**
 * A pool whose superblock has been found sound and whose log has not been replayed. The only thing
 * that can be done with it is to {@link #recover} it.
 */
public final class UnrecoveredPool {
  private final Medium medium;
  private final SuperblockStore superblocks;

  private UnrecoveredPool(Medium medium, SuperblockStore superblocks) {
    this.medium = medium;
    this.superblocks = superblocks;
  }

  /**
   * Reads and checks the superblock.
   *
   * @param medium the medium
   * @return the pool
   */
  public static UnrecoveredPool read(Medium medium) {
    return new UnrecoveredPool(medium, SuperblockStore.read(medium));
  }

  /**
   * The superblock found.
   *
   * @return the superblock
   */
  public Superblock superblock() {
    return superblocks.current();
  }

  /**
   * Replays commits. What the log has put where a later commit's entries lie is not carried home:
   * that space is free, and a second recovery after a crash of this one needs the entries again.
   */
  private static final class IntoHeap implements LogScanner.Replay {
    private final Heap heap;
    private long spilledBytes;

    IntoHeap(Heap heap) {
      this.heap = heap;
    }

    @Override
    public void commit(long sequence, MemorySegment entries) {
      LogRecord.forEachEntry(entries, sequence, new InPlace(heap));
    }

    @Override
    public void spilled(long place, long length) {
      heap.dirty().forget(place, Geometry.wholeChunks(length));
      spilledBytes += length;
    }
  }

  /**
   * Maps the heap and replays the log's valid prefix. Replay copies bytes to offsets, so it can be
   * repeated: a crash at any point leaves a pool that recovers to the same state.
   *
   * <p>When the pool may be written, what was replayed is then carried home and a new epoch begins
   * with an empty log: records that the crash left behind the valid prefix belong to an earlier
   * epoch from then on and can never become valid again.
   *
   * @param maxSize the address space to reserve, in bytes
   * @param readOnly whether nothing may be written; then the replayed state is in memory only
   * @return the recovered pool
   */
  public RecoveredPool recover(long maxSize, boolean readOnly) {
    long startNanos = System.nanoTime();
    // The recorder's start takes a quarter of a second, so nothing of it is touched without need.
    RecoveryEvent event = FlightRecorder.isInitialized() ? RecoveryEvent.begun() : null;
    Superblock superblock = superblocks.current();
    LogRegion region = new LogRegion(medium, superblock);
    Replayed replayed = replay(region, maxSize, readOnly);
    Heap heap = replayed.heap;
    try {
      heap.endReplay();
      int[] pages = readOnly ? new int[0] : heap.withoutLost(heap.dirty().take());
      long changedPages = readOnly ? heap.dirty().count() : pages.length;
      if (!readOnly) {
        PageWriter.writeHome(heap, pages, done -> {});
        long badPages = heap.bad().changes();
        medium.sync();
        heap.bad().synced(badPages);
        superblocks.beginEpoch(replayed.log.end(), replayed.log.sequence());
        if (medium.isDax()) {
          heap = heap.inPlace();
        } else {
          heap.dropAllCopies();
        }
      }
      RecoveryReport report =
          new RecoveryReport(
              replayed.log.records(),
              replayed.log.end() - superblock.logStart(),
              replayed.spilledBytes,
              changedPages,
              System.nanoTime() - startNanos);
      if (event != null) {
        event.commit(medium.name(), report);
      }
      return new RecoveredPool(heap, region, superblocks, replayed.log.sequence(), report);
    } catch (InternalError e) {
      heap.close();
      throw MappingFault.translate(medium, e);
    } catch (RuntimeException | Error e) {
      heap.close();
      throw e;
    }
  }

  /** What the log has made of a heap. */
  private record Replayed(Heap heap, LogScanner.Result log, long spilledBytes) {}

  /**
   * Replays, and once more if a page could not be read: nothing has been written. Reading each page
   * before the first store into it costs a call for each.
   */
  private Replayed replay(LogRegion region, long maxSize, boolean readOnly) {
    try {
      return replay(region, maxSize, readOnly, false);
    } catch (InternalError e) {
      if (!MappingFault.isFault(e)) {
        throw e;
      }
      medium.checkIntact();
      return replay(region, maxSize, readOnly, true);
    }
  }

  private Replayed replay(LogRegion region, long maxSize, boolean readOnly, boolean careful) {
    Superblock superblock = superblocks.current();
    Heap heap =
        new Heap(
            medium,
            superblock.heapOffset(),
            Math.max(maxSize, medium.size()),
            BadPages.read(medium, !readOnly));
    try {
      if (careful) {
        heap.replayCarefully();
      }
      IntoHeap replay = new IntoHeap(heap);
      LogScanner.Result replayed = LogScanner.scan(region, superblock, replay);
      return new Replayed(heap, replayed, replay.spilledBytes);
    } catch (RuntimeException | Error e) {
      heap.close();
      throw e;
    }
  }
}

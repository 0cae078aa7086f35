package dev.basalt.recovery;

import dev.basalt.format.Geometry;
import dev.basalt.format.Superblock;
import dev.basalt.log.LogRecord;
import dev.basalt.log.LogRegion;
import dev.basalt.log.LogScanner;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.MappingFault;
import dev.basalt.medium.Medium;
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
    Heap heap = new Heap(medium, superblock.heapOffset(), Math.max(maxSize, medium.size()));
    try {
      IntoHeap replay = new IntoHeap(heap);
      LogScanner.Result replayed = LogScanner.scan(region, superblock, replay);
      heap.endReplay();
      int[] pages = readOnly ? new int[0] : heap.dirty().take();
      long changedPages = readOnly ? heap.dirty().count() : pages.length;
      if (!readOnly) {
        PageWriter.writeHome(heap, pages, done -> {});
        medium.sync();
        superblocks.beginEpoch(replayed.end(), replayed.sequence());
        if (medium.isDax()) {
          heap = heap.inPlace();
        } else {
          heap.dropAllCopies();
        }
      }
      RecoveryReport report =
          new RecoveryReport(
              replayed.records(),
              replayed.end() - superblock.logStart(),
              replay.spilledBytes,
              changedPages,
              System.nanoTime() - startNanos);
      if (event != null) {
        event.commit(medium.name(), report);
      }
      return new RecoveredPool(heap, region, superblocks, replayed.sequence(), report);
    } catch (InternalError e) {
      heap.close();
      throw MappingFault.translate(medium, e);
    } catch (RuntimeException | Error e) {
      heap.close();
      throw e;
    }
  }
}

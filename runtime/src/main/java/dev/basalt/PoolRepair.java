package dev.basalt;

import static dev.basalt.format.Structure.U32;

import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.format.BadRangesFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import dev.basalt.memory.Heap;
import dev.basalt.memory.PoolImage;
import dev.basalt.recovery.UnrecoveredPool;
import dev.basalt.tx.TransactionManager;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Makes damaged pages whole from a backup. A page of the backup is the right one if it has the sum
 * that the pool knows of the page: then it has not changed since.
 */
final class PoolRepair {
  private final TransactionManager transactions;
  private final Medium medium;
  private final UUID id;

  PoolRepair(TransactionManager transactions, Medium medium, UUID id) {
    this.transactions = transactions;
    this.medium = medium;
    this.id = id;
  }

  /** Updates wait meanwhile: damaged pages are few. */
  RepairReport run(List<BackupReport.Range> damaged, Path backup) {
    try (FileMedium source = FileMedium.open(backup, true)) {
      UUID found = UnrecoveredPool.read(source).superblock().id();
      if (!found.equals(id)) {
        throw new PoolAccessException(
            "%s is not a backup of this pool: it has the identity %s, not %s"
                .formatted(backup, found, id));
      }
      return transactions.betweenUpdates(
          () -> {
            transactions.checkpointer().checkpoint();
            return repair(withRemembered(damaged), source);
          });
    }
  }

  /** What could not be read once is not looked at again, unless somebody asks for it. */
  private List<BackupReport.Range> withRemembered(List<BackupReport.Range> damaged) {
    TreeMap<Long, BackupReport.Range> all = new TreeMap<>();
    for (BadRangesFormat.Range range : transactions.heap().bad().ranges()) {
      for (long at = 0; at < range.length(); at += Geometry.PAGE_SIZE) {
        long page = range.offset() + at;
        all.put(page, new BackupReport.Range(page, Geometry.PAGE_SIZE, "could not be read before"));
      }
    }
    damaged.forEach(range -> all.put(range.offset(), range));
    return List.copyOf(all.values());
  }

  private RepairReport repair(List<BackupReport.Range> damaged, Medium source) {
    Heap heap = transactions.heap();
    PoolImage image = PoolImage.read(medium.name(), medium::read, heap.heapOffset(), heap.size());
    List<BackupReport.Range> repaired = new ArrayList<>();
    List<BackupReport.Range> remaining = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
      MemorySegment sum = arena.allocate(U32);
      for (BackupReport.Range range : damaged) {
        if (image.isUsed(image.chunkOf(range.offset()))) {
          boolean whole =
              isWhole(image, range.offset(), page, sum)
                  || writeFrom(source, image, range.offset(), page, sum);
          (whole ? repaired : remaining).add(range);
        }
      }
      medium.sync();
      repaired.forEach(range -> heap.reload(range.offset()));
    }
    if (heap.bad().isUnsynced()) {
      long forgotten = heap.bad().changes();
      medium.sync();
      heap.bad().synced(forgotten);
    }
    return new RepairReport(List.copyOf(repaired), List.copyOf(remaining));
  }

  /** Whether a page can be read again, and is as it was written. */
  private boolean isWhole(PoolImage image, long offset, MemorySegment page, MemorySegment sum) {
    try {
      medium.read(image.sumOffset(offset), sum);
      medium.read(offset, page);
    } catch (MediaErrorException e) {
      return false;
    }
    return sum.get(U32, 0) == PageSumFormat.of(page.asByteBuffer());
  }

  private boolean writeFrom(
      Medium source, PoolImage image, long offset, MemorySegment page, MemorySegment sum) {
    try {
      medium.read(image.sumOffset(offset), sum);
      if (offset + page.byteSize() > source.size()) {
        return false;
      }
      source.read(offset, page);
    } catch (MediaErrorException e) {
      return false;
    }
    if (sum.get(U32, 0) != PageSumFormat.of(page.asByteBuffer())) {
      return false;
    }
    medium.write(offset, page);
    return true;
  }
}

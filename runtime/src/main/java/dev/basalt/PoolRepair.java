package dev.basalt;

import static dev.basalt.format.Structure.U32;

import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolAccessException;
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
            return repair(damaged, source);
          });
    }
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
          boolean whole = writeFrom(source, image, range.offset(), page, sum);
          (whole ? repaired : remaining).add(range);
        }
      }
      medium.sync();
      repaired.forEach(range -> heap.reload(range.offset()));
    }
    return new RepairReport(List.copyOf(repaired), List.copyOf(remaining));
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

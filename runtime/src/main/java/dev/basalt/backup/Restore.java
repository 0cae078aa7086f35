package dev.basalt.backup;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.format.ChangedPageFormat;
import dev.basalt.format.ChangesFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.Superblock;
import dev.basalt.medium.Medium;
import dev.basalt.memory.PoolImage;
import dev.basalt.recovery.PoolCreator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Makes a pool of a backup and perhaps of later changes, and refuses to if anything is damaged. */
public final class Restore {
  private final RestingPool base;
  private final Medium target;

  /**
   * Prepares a restoration.
   *
   * @param base the medium of the backup
   * @param target an empty medium
   */
  public Restore(Medium base, Medium target) {
    this.base = RestingPool.of(base);
    this.target = target;
  }

  /**
   * Writes the pool as the backup has it; durable on return.
   *
   * @param progress told how far it is
   * @throws CorruptPoolException if a page differs from its sum
   */
  public void run(ImageCopy.Progress progress) {
    Superblock superblock = base.superblock();
    PoolCreator.writeLog(target, superblock.logSize());
    PoolImage image = base.image();
    copySound(base.medium(), image, target::write, progress);
    Backup.extend(target, superblock.poolSize());
    PoolCreator.finish(target, superblock.id(), superblock.logSize(), superblock.homeSequence());
  }

  /**
   * Writes the pool as it was when the changes were made; durable on return.
   *
   * @param changes the file of changes since the backup
   * @param progress told how far each step is
   * @throws PoolAccessException if the changes are not since this backup
   * @throws CorruptPoolException if a page differs from its sum, or the changes are damaged
   */
  public void run(Medium changes, ImageCopy.Progress progress) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(Geometry.PAGE_SIZE, Long.BYTES);
      changes.read(0, page);
      Changes header = Changes.decode(changes, page);
      checkBase(changes, header);
      PoolCreator.writeLog(target, header.logSize());
      PoolImage before = base.image();
      try (ImageCopy copy = new ImageCopy(base.medium()::read, before, target::write)) {
        List<Damage> _ = copy.run(progress); // what is damaged here may have changed since
      }
      apply(changes, header, arena);
      Backup.extend(target, header.poolSize());
      PoolImage after =
          PoolImage.read(
              target.name(), target::read, base.superblock().heapOffset(), header.poolSize());
      for (int chunk = 0; chunk < before.chunks(); chunk++) {
        if (before.isUsed(chunk) && !after.isUsed(chunk)) {
          boolean _ = target.discard(after.chunkOffset(chunk), Geometry.CHUNK_SIZE);
        }
      }
      copySound(target, after, (_, _) -> {}, progress);
      PoolCreator.finish(target, header.id(), header.logSize(), header.sequence());
    }
  }

  private void checkBase(Medium changes, Changes header) {
    Superblock superblock = base.superblock();
    if (!header.id().equals(superblock.id())
        || header.baseEpoch() != superblock.epoch()
        || header.baseSequence() != superblock.homeSequence()
        || header.logSize() != superblock.logSize()) {
      throw new PoolAccessException(
          "%s has the changes since commit %d (epoch %d) of the pool %s; %s is at commit %d (epoch %d) of the pool %s"
              .formatted(
                  changes.name(),
                  header.baseSequence(),
                  header.baseEpoch(),
                  header.id(),
                  base.medium().name(),
                  superblock.homeSequence(),
                  superblock.epoch(),
                  superblock.id()));
    }
  }

  private void apply(Medium changes, Changes header, Arena arena) {
    MemorySegment record = arena.allocate(ChangedPageFormat.SIZE, Long.BYTES);
    long heapOffset = base.superblock().heapOffset();
    for (long i = 0; i < header.pages(); i++) {
      long at = ChangesFormat.RECORDS + i * ChangedPageFormat.SIZE;
      changes.read(at, record);
      long offset = record.get(U64, ChangedPageFormat.OFFSET);
      if (record.get(U32, ChangedPageFormat.CRC) != Changes.crcOfRecord(record)
          || offset < heapOffset
          || offset > header.poolSize() - Geometry.PAGE_SIZE
          || offset % Geometry.PAGE_SIZE != 0) {
        throw new CorruptPoolException(
            "%s: the changed page %d of %d, at %d, is damaged"
                .formatted(changes.name(), i, header.pages(), at));
      }
      target.write(offset, record.asSlice(ChangedPageFormat.PAGE, Geometry.PAGE_SIZE));
    }
  }

  private static void copySound(
      Medium source, PoolImage image, ChunkSink sink, ImageCopy.Progress progress) {
    try (ImageCopy copy = new ImageCopy(source::read, image, sink)) {
      List<Damage> damages = copy.run(progress);
      if (!damages.isEmpty()) {
        throw new CorruptPoolException(
            "%s cannot be restored, %d of its pages are damaged; the first: %s"
                .formatted(source.name(), damages.size(), damages.getFirst().message()));
      }
    }
  }
}

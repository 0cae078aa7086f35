package dev.basalt.crash;

import static dev.basalt.crash.Shelf.Kind.BIG_VALUE;
import static dev.basalt.crash.Shelf.Kind.CHECKPOINT;
import static dev.basalt.crash.Shelf.Kind.CLEAR_VALUES;
import static dev.basalt.crash.Shelf.Kind.HUGE_VALUE;
import static dev.basalt.crash.Shelf.Kind.PUSH;
import static dev.basalt.crash.Shelf.Kind.PUSH_MANY;
import static dev.basalt.crash.Shelf.Kind.RECLAIM;
import static dev.basalt.crash.Shelf.Kind.REMOVE;
import static dev.basalt.crash.Shelf.Kind.RUN_VALUE;
import static dev.basalt.crash.Shelf.Kind.SET;
import static dev.basalt.crash.Shelf.Kind.SYNC;
import static dev.basalt.format.Structure.U32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.format.Geometry;
import dev.basalt.format.LogRecordFormat;
import dev.basalt.format.Superblock;
import dev.basalt.medium.Medium;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The crash enumeration finds an engine that was made wrong on purpose. */
@Tag("exhaustive")
class PlantedBugsTest {
  private static final long LOG_SIZE = 64 << 10;

  private Path folder;

  /** Where a write went. */
  private enum Region {
    SUPERBLOCK,
    LOG,
    HEAP;

    static Region of(long offset) {
      if (offset < Geometry.LOG_OFFSET) {
        return SUPERBLOCK;
      }
      return offset < Geometry.heapOffset(LOG_SIZE) ? LOG : HEAP;
    }
  }

  @BeforeEach
  void makeFolder() throws IOException {
    folder = CrashFolder.create();
  }

  @AfterEach
  void deleteFolder() throws IOException {
    CrashFolder.delete(folder);
  }

  private CrashRun run(Durability durability) throws Exception {
    return new CrashRun(folder, 7, durability, LOG_SIZE).subsets(6).recoveryCrashEvery(0);
  }

  private void isFound(UnaryOperator<Medium> plant, Durability durability, Shelf.Kind... kinds)
      throws Exception {
    CrashRun run = run(durability).plant(plant).record(CrashRun.sessions(7, 1, 40, kinds));
    assertThatThrownBy(run::check).isInstanceOf(AssertionError.class).hasMessageContaining("seed");
  }

  /** Leaves out every sync that follows a write to a region. */
  private static UnaryOperator<Medium> withoutSyncOf(Region region) {
    return medium ->
        new PlantedMedium(medium) {
          private Region last = Region.SUPERBLOCK;

          @Override
          public synchronized void write(long offset, MemorySegment source) {
            last = Region.of(offset);
            super.write(offset, source);
          }

          @Override
          public synchronized void sync() {
            if (last != region) {
              super.sync();
            }
          }
        };
  }

  @Test
  void missingSyncOfTheLogIsFound() throws Exception {
    isFound(withoutSyncOf(Region.LOG), Durability.SYNC, SET, PUSH, REMOVE);
  }

  @Test
  void missingSyncOfPagesIsFound() throws Exception {
    isFound(withoutSyncOf(Region.HEAP), Durability.SYNC, SET, PUSH, CHECKPOINT);
  }

  @Test
  void missingSyncOfTheSuperblockIsFound() throws Exception {
    isFound(withoutSyncOf(Region.SUPERBLOCK), Durability.SYNC, BIG_VALUE, SET, CHECKPOINT);
  }

  @Test
  void fileThatIsCutOffBeforeTheSuperblockSaysSoIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              @Override
              public synchronized void write(long offset, MemorySegment source) {
                if (Region.of(offset) == Region.SUPERBLOCK && Superblock.isOne(source)) {
                  long size = Superblock.choose(name(), source, source).poolSize();
                  if (size < size()) {
                    super.shrink(size);
                  }
                }
                super.write(offset, source);
              }
            },
        Durability.SYNC,
        HUGE_VALUE,
        CLEAR_VALUES,
        RECLAIM,
        CHECKPOINT,
        SET);
  }

  @Test
  void missingSyncOfAnAsyncLogIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              @Override
              public void sync() {}
            },
        Durability.ASYNC,
        SET,
        PUSH,
        SYNC);
  }

  @Test
  void missingSyncOfGrowthIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private boolean grown;

              @Override
              public synchronized void grow(long newSizeBytes) {
                super.grow(newSizeBytes);
                grown = true;
              }

              @Override
              public synchronized void sync() {
                if (!grown) {
                  super.sync();
                }
                grown = false;
              }
            },
        Durability.SYNC,
        PUSH_MANY);
  }

  /**
   * Every sync that follows a write larger than the log: that of the spill, without which the
   * checksum of its entries would still show that they are not whole, and that of the checkpoint
   * behind it.
   */
  @Test
  void missingSyncsOfASpillAreFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private boolean spilling;

              @Override
              public synchronized void write(long offset, MemorySegment source) {
                spilling |= Region.of(offset) == Region.HEAP && source.byteSize() > LOG_SIZE;
                super.write(offset, source);
              }

              @Override
              public synchronized void sync() {
                if (!spilling) {
                  super.sync();
                }
                spilling = false;
              }
            },
        Durability.SYNC,
        HUGE_VALUE,
        PUSH);
  }

  @Test
  void superblockBeforePagesIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private final List<Runnable> held = new ArrayList<>();

              @Override
              public synchronized void write(long offset, MemorySegment source) {
                MemorySegment copy = Arena.ofAuto().allocate(source.byteSize());
                copy.copyFrom(source);
                if (Region.of(offset) == Region.HEAP) {
                  held.add(() -> super.write(offset, copy));
                  return;
                }
                super.write(offset, copy);
                if (Region.of(offset) == Region.SUPERBLOCK) {
                  super.sync();
                  held.forEach(Runnable::run);
                  held.clear();
                }
              }
            },
        Durability.SYNC,
        SET,
        PUSH,
        CHECKPOINT);
  }

  @Test
  void droppedLogWriteIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private int writes;

              @Override
              public synchronized void write(long offset, MemorySegment source) {
                if (Region.of(offset) != Region.LOG || ++writes % 5 != 0) {
                  super.write(offset, source);
                }
              }
            },
        Durability.SYNC,
        SET,
        PUSH,
        REMOVE);
  }

  @Test
  void droppedPageIsFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private int writes;

              @Override
              public synchronized void write(long offset, MemorySegment source) {
                if (Region.of(offset) != Region.HEAP || ++writes % 5 != 0) {
                  super.write(offset, source);
                }
              }
            },
        Durability.SYNC,
        SET,
        PUSH,
        CHECKPOINT);
  }

  /** A checkpoint that does not write the sums of the pages that it has written. */
  @Test
  void forgottenPageSumsAreFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              @Override
              public synchronized void write(long offset, MemorySegment source) {
                if (!isPageOfSums(offset)) {
                  super.write(offset, source);
                }
              }
            },
        Durability.SYNC,
        SET,
        PUSH,
        CHECKPOINT);
  }

  /** A checkpoint that moves the log's start before the sums are written. */
  @Test
  void pageSumsBehindTheSuperblockAreFound() throws Exception {
    isFound(
        medium ->
            new PlantedMedium(medium) {
              private final List<Runnable> held = new ArrayList<>();

              @Override
              public synchronized void write(long offset, MemorySegment source) {
                MemorySegment copy = Arena.ofAuto().allocate(source.byteSize());
                copy.copyFrom(source);
                if (isPageOfSums(offset)) {
                  held.add(() -> super.write(offset, copy));
                  return;
                }
                super.write(offset, copy);
                if (Region.of(offset) == Region.SUPERBLOCK) {
                  super.sync();
                  held.forEach(Runnable::run);
                  held.clear();
                }
              }
            },
        Durability.SYNC,
        SET,
        PUSH,
        CHECKPOINT);
  }

  private static boolean isPageOfSums(long offset) {
    long inHeap = offset - Geometry.heapOffset(LOG_SIZE);
    return inHeap >= 2L * Geometry.CHUNK_SIZE
        && inHeap < (long) Geometry.FIXED_CHUNKS * Geometry.CHUNK_SIZE;
  }

  /** A medium that makes every checksum in the log right, as if it was not checked. */
  @Test
  void missingChecksumIsFound() throws Exception {
    CrashRun run =
        run(Durability.SYNC)
            .plantInRecovery(
                medium ->
                    new PlantedMedium(medium) {
                      @Override
                      public void read(long offset, MemorySegment segment) {
                        super.read(offset, segment);
                        if (Region.of(offset) == Region.LOG) {
                          correctChecksums(segment);
                        }
                      }
                    })
            .record(CrashRun.sessions(7, 2, 25, SET, PUSH, BIG_VALUE));
    assertThatThrownBy(run::check).isInstanceOf(AssertionError.class).hasMessageContaining("seed");
  }

  private static void correctChecksums(MemorySegment log) {
    long at = 0;
    while (at + LogRecordFormat.HEADER_SIZE <= log.byteSize()) {
      long length = Integer.toUnsignedLong(log.get(U32, at + LogRecordFormat.LENGTH));
      if (length < LogRecordFormat.HEADER_SIZE || length > log.byteSize() - at) {
        return;
      }
      CRC32C crc = new CRC32C();
      crc.update(
          log.asSlice(at + LogRecordFormat.LENGTH, length - LogRecordFormat.LENGTH).asByteBuffer());
      log.set(U32, at + LogRecordFormat.CRC, (int) crc.getValue());
      at += length;
    }
  }

  /** A medium whose discards take the chunk before with them, as if it were free too. */
  @Test
  void discardOfSpaceInUseIsFound() throws Exception {
    CrashRun run =
        new CrashRun(folder, 7, Durability.SYNC, 2 * LOG_SIZE)
            .recoveryCrashEvery(0)
            .plant(
                medium ->
                    new PlantedMedium(medium) {
                      @Override
                      public boolean discard(long offset, long lengthBytes) {
                        return super.discard(
                            offset - Geometry.CHUNK_SIZE, lengthBytes + Geometry.CHUNK_SIZE);
                      }
                    })
            .record(
                List.of(
                    List.of(
                        PUSH,
                        RUN_VALUE,
                        PUSH_MANY,
                        CHECKPOINT,
                        CLEAR_VALUES,
                        RECLAIM,
                        CHECKPOINT,
                        SET)));
    assertThatThrownBy(run::check).isInstanceOf(AssertionError.class).hasMessageContaining("seed");
    assertThat(run.discards()).isPositive();
  }

  @Test
  void nothingIsFoundWithoutAPlantedBug() throws Exception {
    run(Durability.SYNC)
        .plant(PlantedMedium::new)
        .record(CrashRun.sessions(7, 2, 25, BIG_VALUE, SET, PUSH, CHECKPOINT))
        .check();
  }
}

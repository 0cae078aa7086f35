package dev.basalt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.CrashFolder;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.fixture.RightSums;
import dev.basalt.format.Geometry;
import dev.basalt.medium.FileMedium;
import dev.basalt.recovery.PoolCreator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages are compared with their sums once, before anything is stored; damage is never hidden. */
class PageSumsTest {
  private static final long LOG_SIZE = 64 << 10;
  private static final long HEAP = Geometry.heapOffset(LOG_SIZE);

  /** The first chunk that is not the pool's own, taken here as if it was in use. */
  private static final long OBJECTS = HEAP + (long) Geometry.FIXED_CHUNKS * Geometry.CHUNK_SIZE;

  private Path folder;
  private Path file;
  private Heap heap;

  @BeforeEach
  void create() throws IOException {
    folder = CrashFolder.create();
    file = folder.resolve("a.pool");
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, LOG_SIZE);
      medium.grow(OBJECTS + 4L * Geometry.CHUNK_SIZE);
      medium.publish();
    }
    heap = open();
    heap.endReplay();
  }

  @AfterEach
  void delete() throws IOException {
    close();
    CrashFolder.delete(folder);
  }

  private Heap open() {
    return new Heap(FileMedium.open(file, false), HEAP, 1L << 30);
  }

  private void close() {
    heap.close();
    heap.medium().close();
  }

  private void reopen() {
    close();
    heap = open();
    heap.endReplay();
  }

  private static MemorySegment bytes(int length, int value) {
    return Arena.ofAuto().allocate(length).fill((byte) value);
  }

  private void put(long offset, int length, int value) {
    heap.put(offset, bytes(length, value), 0, length);
  }

  private void writeHome() {
    PageWriter.writeHome(heap, heap.dirty().take(), _ -> {});
  }

  private void damage(long offset) {
    MemorySegment old = bytes(1, 0);
    heap.medium().read(offset, old);
    byte changed = (byte) (old.get(ValueLayout.JAVA_BYTE, 0) ^ 1);
    heap.medium().write(offset, bytes(1, changed));
  }

  private void isDamaged(long offset, long length, long page) {
    assertThatThrownBy(() -> heap.verify(offset, length))
        .isInstanceOf(CorruptPoolException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("page at " + page + " is damaged");
  }

  private int sumAtHome(long page) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    int at = RightSums.placeOf((int) page, (int) HEAP);
    return MemorySegment.ofArray(whole).get(ValueLayout.JAVA_INT_UNALIGNED, at);
  }

  @Test
  void eachPageOfARangeIsVerified() {
    put(OBJECTS, 3 * Geometry.PAGE_SIZE, 7);
    writeHome();
    reopen();
    heap.verify(OBJECTS, 3L * Geometry.PAGE_SIZE);
    reopen();
    long second = OBJECTS + Geometry.PAGE_SIZE;
    damage(second + 100);
    heap.verify(OBJECTS, Geometry.PAGE_SIZE);
    isDamaged(OBJECTS + Geometry.PAGE_SIZE - 8, 16, second);
    isDamaged(OBJECTS, 3L * Geometry.PAGE_SIZE, second);
    heap.verify(second + Geometry.PAGE_SIZE, 8);
    heap.verify(second, 0);
  }

  @Test
  void everyPageOfHeaderAndEntriesHasAMeaningFromTheFirstDay() {
    for (long page = HEAP; page < HEAP + 2L * Geometry.CHUNK_SIZE; page += Geometry.PAGE_SIZE) {
      damage(page + 4000);
      close();
      heap = open();
      long damaged = page;
      assertThatThrownBy(
              () -> {
                heap.endReplay();
                heap.verify(damaged, 8);
              })
          .isInstanceOf(CorruptPoolException.class)
          .hasMessageContaining("page at " + page);
      damage(page + 4000); // back
    }
  }

  /** A part that was added later has no sums for its entries as long as these are zero. */
  @Test
  void entriesWithoutASumAreZero() {
    heap.medium()
        .write(RightSums.placeOf((int) HEAP + Geometry.CHUNK_SIZE, (int) HEAP), bytes(64, 0));
    reopen();
    long entries = HEAP + Geometry.CHUNK_SIZE;
    heap.verify(entries + Geometry.PAGE_SIZE, 8);
    reopen();
    damage(entries + Geometry.PAGE_SIZE + 9);
    isDamaged(entries + Geometry.PAGE_SIZE, 8, entries + Geometry.PAGE_SIZE);
  }

  @Test
  void flippedBitOfASumIsDamage() {
    put(OBJECTS, 64, 7);
    writeHome();
    damage(RightSums.placeOf((int) OBJECTS, (int) HEAP) + 2L);
    reopen();
    isDamaged(OBJECTS, 8, OBJECTS);
  }

  @Test
  void pageWithoutASumIsTakenAsItIs() throws IOException {
    heap.medium().write(OBJECTS, bytes(Geometry.PAGE_SIZE, 3));
    assertThat(sumAtHome(OBJECTS)).isZero();
    heap.verify(OBJECTS, Geometry.PAGE_SIZE);
  }

  /** Between the copy of a page and its write a commit may store into it. */
  @Test
  void sumIsThatOfTheCopyAndNotOfTheMapping() {
    put(OBJECTS, 64, 7);
    AtomicBoolean stored = new AtomicBoolean();
    PageWriter.writeHome(
        heap,
        heap.dirty().take(),
        _ -> {
          if (stored.compareAndSet(false, true)) {
            put(OBJECTS + 128, 64, 9);
          }
        });
    reopen(); // as after a crash before the next checkpoint; the log would bring the store again
    heap.verify(OBJECTS, Geometry.PAGE_SIZE);
    assertThat(heap.getLong(OBJECTS + 128)).isZero();
    assertThat(heap.getLong(OBJECTS)).isNotZero();
  }

  /**
   * A page of the table that a commit changes during the checkpoint is written again by the next.
   */
  @Test
  void sumThatACommitForgetsMeanwhileStaysForgotten() throws IOException {
    put(OBJECTS, 64, 7);
    writeHome();
    assertThat(sumAtHome(OBJECTS)).isNotZero();
    put(OBJECTS + Geometry.PAGE_SIZE, 64, 7);
    List<Integer> batches = new ArrayList<>();
    PageWriter.writeHome(
        heap,
        heap.dirty().take(),
        done -> {
          batches.add(done);
          if (batches.size() == 2) { // the copies of the table's pages are made
            put(RightSums.placeOf((int) OBJECTS, (int) HEAP), 64, 0);
          }
        });
    assertThat(batches).hasSize(2);
    assertThat(sumAtHome(OBJECTS)).as("by the copy").isNotZero();
    assertThat(heap.dirty().count()).isEqualTo(1);
    writeHome();
    assertThat(sumAtHome(OBJECTS)).isZero();
  }

  /** What nobody had looked at when it was stored into keeps its sum, so the damage stays known. */
  @Test
  void storeIntoADamagedPageDoesNotHideTheDamage() {
    put(OBJECTS, 64, 7);
    writeHome();
    damage(OBJECTS + 3000);
    reopen();
    put(OBJECTS + 128, 64, 9);
    isDamaged(OBJECTS, 8, OBJECTS);
    writeHome();
    isDamaged(OBJECTS, 8, OBJECTS);
    reopen();
    assertThat(heap.getLong(OBJECTS + 128)).isNotZero();
    isDamaged(OBJECTS, 8, OBJECTS);
  }

  @Test
  void whatReplayTouchesIsSoundAndGetsANewSum() {
    put(OBJECTS, 64, 7);
    writeHome();
    damage(OBJECTS + 3000);
    close();
    heap = open();
    put(OBJECTS + 2992, 64, 9);
    heap.endReplay();
    heap.verify(OBJECTS, Geometry.PAGE_SIZE);
    writeHome();
    reopen();
    heap.verify(OBJECTS, Geometry.PAGE_SIZE);
  }

  @Test
  void chunkWithADamagedPageServesNoReservation() {
    Allocator allocator = new Allocator(heap, heap::grow);
    long block = allocator.reserve(64);
    OffsetMap words = new OffsetMap();
    Allocator.Changes one =
        new Allocator.Changes() {
          @Override
          public boolean isEmpty() {
            return false;
          }

          @Override
          public void forEachAllocated(OffsetMap.Visitor visitor) {
            visitor.visit(block, 64);
          }

          @Override
          public void forEachFreed(OffsetMap.Visitor visitor) {}
        };
    allocator.plan(one, words);
    words.forEach(
        (at, word) -> heap.put(at, MemorySegment.ofArray(new long[] {word}), 0, Long.BYTES));
    allocator.committed(one);
    put(block, 64, 7);
    long chunk = block - (block - HEAP) % Geometry.CHUNK_SIZE;
    put(chunk + 5L * Geometry.PAGE_SIZE, 64, 7);
    writeHome();
    reopen();
    assertThat(firstBlock()).isBetween(chunk, chunk + 65_535);
    reopen();
    damage(chunk + 5L * Geometry.PAGE_SIZE);
    assertThat(firstBlock()).isGreaterThan(chunk + 65_535);
  }

  /** What a session reserves first that has read the whole chunk table. */
  private long firstBlock() {
    Allocator allocator = new Allocator(heap, heap::grow);
    allocator.forEachFreeRun((_, _) -> {});
    return allocator.reserve(64);
  }

  @Test
  void pointerInFrontOfTheHeapIsNoPage() {
    assertThatThrownBy(() -> heap.verify(4096, 8))
        .isInstanceOf(CorruptPoolException.class)
        .hasMessageContaining("in front of the heap");
    assertThatThrownBy(() -> heap.verify(1L << 40, 8)).isInstanceOf(CorruptPoolException.class);
    assertThatThrownBy(() -> heap.verify(-16, 8)).isInstanceOf(CorruptPoolException.class);
  }

  /** Threads that verify beside one that verifies and stores: nobody calls a mixture damaged. */
  @Test
  void verificationBesideAStoreIsNeverWrong() throws Exception {
    int pages = 4 * Geometry.CHUNK_SIZE / Geometry.PAGE_SIZE;
    put(OBJECTS, pages * Geometry.PAGE_SIZE, 7);
    writeHome();
    for (int round = 0; round < 40; round++) {
      reopen();
      List<Throwable> failures = new ArrayList<>();
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int page = 0; page < pages; page++) {
                          heap.verify(OBJECTS + (long) page * Geometry.PAGE_SIZE, 8);
                        }
                      } catch (RuntimeException | Error e) {
                        synchronized (failures) {
                          failures.add(e);
                        }
                      }
                    }));
      }
      for (int page = 0; page < pages; page++) {
        put(OBJECTS + (long) page * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE, round);
      }
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failures).isEmpty();
      heap.dirty().take(); // forget what was stored: home has kept the sevens
    }
  }
}

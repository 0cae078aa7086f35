package dev.basalt.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.crash.CrashFolder;
import dev.basalt.format.Geometry;
import dev.basalt.format.LogRecordFormat;
import dev.basalt.format.Superblock;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import dev.basalt.recovery.PoolCreator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The valid prefix of the log is exactly what was written whole, in order, in this epoch. */
class LogScannerTest {
  private static final long LOG_SIZE = 64 << 10;
  private static final long HEAP = Geometry.heapOffset(LOG_SIZE);
  private static final long FIRST = 5;

  private Path folder;
  private Medium medium;

  /** Entries as text: the offset and what goes there. */
  private record Commit(long sequence, List<String> entries) {}

  private record Found(LogScanner.Result result, List<Commit> commits) {}

  @BeforeEach
  void create() throws IOException {
    folder = CrashFolder.create();
    Path file = folder.resolve("a.pool");
    try (FileMedium created = FileMedium.createUnpublished(file)) {
      PoolCreator.create(created, LOG_SIZE);
      created.publish();
    }
    medium = FileMedium.open(file, false);
  }

  @AfterEach
  void delete() throws IOException {
    medium.close();
    CrashFolder.delete(folder);
  }

  private static Superblock superblock(long epoch, long logStart, long sequence) {
    return new Superblock(new UUID(1, 2), 1, epoch, LOG_SIZE, logStart, sequence, 1 << 20);
  }

  private Found scan(Superblock superblock) {
    List<Commit> commits = new ArrayList<>();
    LogScanner.Result result =
        LogScanner.scan(
            new LogRegion(medium, superblock),
            superblock,
            new LogScanner.Replay() {
              @Override
              public void commit(long sequence, MemorySegment entries) {
                List<String> texts = new ArrayList<>();
                LogRecord.forEachEntry(
                    entries,
                    sequence,
                    new LogRecord.EntryVisitor() {
                      @Override
                      public void bytes(long offset, MemorySegment from, long at, int length) {
                        texts.add(
                            offset + ":" + length + ":" + from.get(ValueLayout.JAVA_BYTE, at));
                      }

                      @Override
                      public void stamp(long offset, long stamped) {
                        texts.add(offset + "=" + stamped);
                      }
                    });
                commits.add(new Commit(sequence, texts));
              }

              @Override
              public void spilled(long place, long length) {
                throw new AssertionError("nothing was spilled");
              }
            });
    return new Found(result, commits);
  }

  /** Appends commits of the given sizes; returns where each ends. */
  private List<Long> append(Superblock superblock, int... sizes) {
    List<Long> ends = new ArrayList<>();
    RecordBuilder builder = new RecordBuilder();
    try (Log log = new Log(new LogRegion(medium, superblock), superblock, Log.Mode.SYNC)) {
      long sequence = superblock.homeSequence();
      for (int size : sizes) {
        builder.reset();
        MemorySegment bytes = Arena.ofAuto().allocate(size, 8).fill((byte) (sequence + 1));
        builder.put(HEAP + 4 * sequence, bytes);
        builder.stamp(HEAP + 64);
        log.append(builder, ++sequence);
        log.awaitDurable(log.end());
        ends.add(log.end());
      }
    }
    builder.close();
    return ends;
  }

  private static List<Commit> commits(int... sizes) {
    List<Commit> commits = new ArrayList<>();
    long sequence = FIRST;
    for (int size : sizes) {
      long offset = HEAP + 4 * sequence;
      sequence++;
      commits.add(
          new Commit(
              sequence,
              List.of(offset + ":" + size + ":" + (byte) sequence, HEAP + 64 + "=" + sequence)));
    }
    return commits;
  }

  private void flip(long position, int bit) {
    LogRegion region = new LogRegion(medium, superblock(0, 0, 0));
    MemorySegment one = Arena.ofAuto().allocate(1);
    region.read(position, one);
    byte flipped = (byte) (one.get(ValueLayout.JAVA_BYTE, 0) ^ 1 << bit);
    one.set(ValueLayout.JAVA_BYTE, 0, flipped);
    region.write(position, one);
  }

  @Test
  void emptyLogHasNothing() {
    Found found = scan(superblock(1, 0, FIRST));
    assertThat(found.result).isEqualTo(new LogScanner.Result(0, FIRST, 0));
  }

  @Test
  void everyRecordComesBack() {
    Superblock superblock = superblock(1, 0, FIRST);
    int[] sizes = {4, 8, 12, 4000, 20_000, 4};
    List<Long> ends = append(superblock, sizes);
    Found found = scan(superblock);
    assertThat(found.commits).isEqualTo(commits(sizes));
    assertThat(found.result).isEqualTo(new LogScanner.Result(ends.getLast(), FIRST + 6, 6));
  }

  @Test
  void recordsWrapAround() {
    for (long start : new long[] {LOG_SIZE - 8, LOG_SIZE - 48, 5 * LOG_SIZE - 20_000}) {
      Superblock superblock = superblock(start, start, FIRST);
      int[] sizes = {100, 30_000, 8, 20_000};
      append(superblock, sizes);
      assertThat(scan(superblock).commits).isEqualTo(commits(sizes));
    }
  }

  @Test
  void logThatIsFullToTheLastByteComesBack() {
    Superblock superblock = superblock(3, 16, FIRST);
    int overhead = LogRecordFormat.HEADER_SIZE + 2 * LogRecordFormat.ENTRY_HEADER_SIZE;
    int[] sizes = {30_000, (int) LOG_SIZE - 30_000 - 2 * overhead};
    List<Long> ends = append(superblock, sizes);
    assertThat(ends.getLast()).isEqualTo(16 + LOG_SIZE);
    assertThat(scan(superblock).commits).isEqualTo(commits(sizes));
  }

  @Test
  void recordsOfAnotherEpochAreIgnored() {
    append(superblock(1, 0, FIRST), 100, 200);
    assertThat(scan(superblock(2, 0, FIRST)).commits).isEmpty();
    Superblock now = superblock(2, 0, FIRST);
    append(now, 100);
    assertThat(scan(now).commits).as("not the second one of epoch 1").isEqualTo(commits(100));
  }

  @Test
  void recordsOfAnEarlierLapAreIgnored() {
    append(superblock(1, 0, FIRST), 100, 100, 100);
    Superblock nextLap = superblock(1, LOG_SIZE, FIRST + 3);
    assertThat(scan(nextLap).commits).isEmpty();
    append(nextLap, 100);
    assertThat(scan(nextLap).commits).hasSize(1);
  }

  @Test
  void recordAfterAGapIsIgnored() {
    Superblock superblock = superblock(1, 0, FIRST);
    List<Long> ends = append(superblock, 100, 100, 100);
    MemorySegment zeroes = Arena.ofAuto().allocate(ends.get(1) - ends.get(0));
    new LogRegion(medium, superblock).write(ends.get(0), zeroes);
    assertThat(scan(superblock).commits).isEqualTo(commits(100));
  }

  @Test
  void tornTailIsIgnored() {
    Superblock superblock = superblock(1, 0, FIRST);
    List<Long> ends = append(superblock, 100, 5000);
    for (long at = ends.get(0); at < ends.get(1); at += 97) {
      LogRegion region = new LogRegion(medium, superblock);
      MemorySegment kept = Arena.ofAuto().allocate(ends.get(1) - at);
      region.read(at, kept);
      region.write(at, Arena.ofAuto().allocate(kept.byteSize()));
      assertThat(scan(superblock).commits).as("torn at %d", at).isEqualTo(commits(100));
      region.write(at, kept);
    }
    assertThat(scan(superblock).commits).isEqualTo(commits(100, 5000));
  }

  @Test
  void everyFlippedBitEndsTheLogThere() {
    Superblock superblock = superblock(1, 0, FIRST);
    int[] sizes = {40, 60, 80};
    List<Long> ends = append(superblock, sizes);
    for (long bit = 0; bit < ends.getLast() * 8; bit++) {
      long at = bit / 8;
      flip(at, (int) (bit % 8));
      int whole = at < ends.get(0) ? 0 : at < ends.get(1) ? 1 : 2;
      assertThat(scan(superblock).commits)
          .as("bit %d", bit)
          .isEqualTo(commits(sizes).subList(0, whole));
      flip(at, (int) (bit % 8));
    }
  }

  @Test
  void noiseIsNeverARecord() {
    Random random = new Random(4);
    Superblock superblock = superblock(1, 0, FIRST);
    LogRegion region = new LogRegion(medium, superblock);
    MemorySegment noise = Arena.ofAuto().allocate(LOG_SIZE);
    for (int n = 0; n < 100; n++) {
      byte[] bytes = new byte[(int) LOG_SIZE];
      random.nextBytes(bytes);
      noise.copyFrom(MemorySegment.ofArray(bytes));
      noise.set(ValueLayout.JAVA_LONG, LogRecordFormat.SEQUENCE, FIRST + 1);
      noise.set(ValueLayout.JAVA_INT, LogRecordFormat.EPOCH, 1);
      noise.set(
          ValueLayout.JAVA_INT,
          LogRecordFormat.LENGTH,
          random.nextInt(LogRecordFormat.HEADER_SIZE, 70_000) / 8 * 8);
      region.write(0, noise);
      assertThat(scan(superblock).commits).isEmpty();
    }
  }

  @Test
  void entryLongerThanTheLongestIsSplit() {
    RecordBuilder builder = new RecordBuilder();
    long bytes = 2L * LogRecordFormat.ENTRY_LENGTH_MAX + 20;
    MemorySegment source = Arena.ofAuto().allocate(bytes, 8);
    for (long at = 0; at < bytes; at += 4) {
      source.set(ValueLayout.JAVA_INT, at, (int) at);
    }
    builder.put(HEAP, source);
    builder.putInt(HEAP - 4, 77);
    builder.putLong(HEAP - 16, -1L);
    MemorySegment copy = Arena.ofAuto().allocate(bytes, 8);
    List<Long> small = new ArrayList<>();
    LogRecord.forEachEntry(
        builder.entries(),
        9,
        new LogRecord.EntryVisitor() {
          @Override
          public void bytes(long offset, MemorySegment from, long at, int length) {
            if (offset >= HEAP) {
              MemorySegment.copy(from, at, copy, offset - HEAP, length);
            } else {
              small.add((long) length);
            }
          }

          @Override
          public void stamp(long offset, long sequence) {
            throw new AssertionError();
          }
        });
    assertThat(copy.mismatch(source)).isEqualTo(-1);
    assertThat(small).containsExactly(4L, 8L);
    builder.close();
  }
}

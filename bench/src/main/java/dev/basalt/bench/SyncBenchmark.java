package dev.basalt.bench;

import dev.basalt.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Durable updates a second, each thread on an object of its own, beside what the file system gives
 * for a write and a sync of as many bytes. Run with {@code -t 1}, {@code 2}, {@code 4}, {@code 8},
 * {@code 16}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SyncBenchmark {
  /** What an update of two fields writes to the log. */
  private static final int RECORD_BYTES = 64;

  private static final int FILE_BYTES = 64 << 20;

  private TemporaryPool temporary;
  private FileChannel file;
  private Path path;
  private final AtomicInteger position = new AtomicInteger();

  /** Makes a pool and a file of zeroes. */
  @Setup
  public void open() throws IOException {
    temporary = new TemporaryPool(Durability.SYNC);
    path = Files.createTempFile(Path.of("").toAbsolutePath(), "bench", ".raw");
    file = FileChannel.open(path, StandardOpenOption.WRITE);
    file.write(ByteBuffer.allocate(FILE_BYTES), 0);
    file.force(true);
  }

  /** Removes both. */
  @TearDown
  public void close() throws IOException {
    temporary.close();
    file.close();
    Files.delete(path);
  }

  /** A thread's object, or its bytes. */
  @State(Scope.Thread)
  public static class Mine {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(RECORD_BYTES);
    private Counter counter;

    /** Makes the thread's object. */
    @Setup
    public void make(SyncBenchmark shared) {
      counter =
          shared
              .temporary
              .pool()
              .root("counter" + THREADS.incrementAndGet(), Counter.class, Counter::new);
    }
  }

  /** An update of two fields. */
  @Benchmark
  public void update(Mine mine) {
    temporary.pool().update(mine.counter::step);
  }

  /** The floor: a write and a sync. */
  @Benchmark
  public void rawWriteAndSync(Mine mine) throws IOException {
    mine.bytes.clear();
    file.write(
        mine.bytes, Math.floorMod(position.addAndGet(RECORD_BYTES), FILE_BYTES - RECORD_BYTES));
    file.force(false);
  }
}

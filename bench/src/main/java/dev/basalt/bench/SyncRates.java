package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Durable updates a second of 1, 2, 4, 8 and 16 threads, each on an object of its own, beside the
 * floor: a write and an {@code fdatasync} of as many bytes to a preallocated file on the same file
 * system by one thread. The contenders take turns, and the medians of all rounds are printed.
 *
 * <p>Arguments: rounds (15 if absent), milliseconds of a turn (500).
 */
public final class SyncRates {
  private static final int[] THREADS = {1, 2, 4, 8, 16};
  private static final int RAW_FILE_BYTES = 64 << 20;

  private final Pool pool;
  private final FileChannel file;
  private final int recordBytes;
  private final List<Counter> counters = new ArrayList<>();

  /** What one thread does again and again. */
  private interface Operation {
    void run() throws IOException;
  }

  private SyncRates(Pool pool, FileChannel file) throws IOException {
    this.pool = pool;
    this.file = file;
    for (int i = 0; i < THREADS[THREADS.length - 1]; i++) {
      counters.add(pool.root("counter" + i, Counter.class, Counter::new));
    }
    this.recordBytes = recordBytes();
    for (int at = 0; at < RAW_FILE_BYTES; at += 1 << 20) {
      file.write(ByteBuffer.allocate(1 << 20), at);
    }
    file.force(true);
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
    int millis = args.length > 1 ? Integer.parseInt(args[1]) : 500;
    Path raw = Files.createTempFile(Path.of("").toAbsolutePath(), "bench", ".raw");
    try (TemporaryPool temporary = new TemporaryPool(Durability.SYNC);
        FileChannel file = FileChannel.open(raw, StandardOpenOption.WRITE)) {
      new SyncRates(temporary.pool(), file).run(rounds, millis);
    } finally {
      Files.delete(raw);
    }
  }

  /** What an update of two fields writes to the log. */
  private int recordBytes() {
    pool.checkpoint();
    long before = pool.stats().logBytes();
    for (int i = 0; i < 100; i++) {
      pool.update(counters.getFirst()::step);
    }
    return (int) ((pool.stats().logBytes() - before) / 100);
  }

  private void run(int rounds, int millis) throws InterruptedException {
    double[] floor = new double[rounds];
    double[][] rates = new double[THREADS.length][rounds];
    double[][] flushes = new double[THREADS.length][rounds];
    for (int round = -1; round < rounds; round++) { // the first is for warming up
      int at = Math.max(round, 0);
      floor[at] = rate(List.of(rawWrites()), millis);
      for (int t = 0; t < THREADS.length; t++) {
        long before = pool.stats().logFlushes();
        rates[t][at] = rate(updates(THREADS[t]), millis);
        flushes[t][at] = (pool.stats().logFlushes() - before) * 1000.0 / millis;
      }
    }
    print(rounds, floor, rates, flushes);
  }

  private Operation rawWrites() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(recordBytes);
    long[] position = {0};
    return () -> {
      bytes.clear();
      file.write(bytes, position[0]);
      file.force(false);
      position[0] = (position[0] + recordBytes) % (RAW_FILE_BYTES - recordBytes);
    };
  }

  private List<Operation> updates(int threads) {
    return counters.subList(0, threads).stream()
        .<Operation>map(counter -> () -> pool.update(counter::step))
        .toList();
  }

  /** Runs operations, each in a thread of its own; returns how many there were a second. */
  private static double rate(List<Operation> operations, int millis) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    LongAdder done = new LongAdder();
    List<Thread> threads =
        operations.stream()
            .map(operation -> Thread.ofPlatform().unstarted(() -> loop(operation, stop, done)))
            .toList();
    long start = System.nanoTime();
    threads.forEach(Thread::start);
    TimeUnit.MILLISECONDS.sleep(millis);
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    return done.sum() * 1e9 / (System.nanoTime() - start);
  }

  private static void loop(Operation operation, AtomicBoolean stop, LongAdder done) {
    try {
      while (!stop.get()) {
        operation.run();
        done.increment();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void print(int rounds, double[] floor, double[][] rates, double[][] flushes) {
    Figures figures =
        new Figures("contender", "per second", "of the floor", "of 1 thread", "per sync");
    double raw = Figures.median(floor);
    figures.row("write + fdatasync, 1 thread", "%.0f".formatted(raw), "1.00", "", "1.0");
    double one = Figures.median(rates[0]);
    for (int t = 0; t < THREADS.length; t++) {
      double rate = Figures.median(rates[t]);
      figures.row(
          "SYNC update, %d thread%s".formatted(THREADS[t], THREADS[t] == 1 ? "" : "s"),
          "%.0f".formatted(rate),
          "%.2f".formatted(rate / raw),
          "%.2f".formatted(rate / one),
          "%.1f".formatted(rate / Figures.median(flushes[t])));
    }
    System.out.printf("medians of %d rounds, %d bytes each%n", rounds, recordBytes);
    figures.print();
  }
}

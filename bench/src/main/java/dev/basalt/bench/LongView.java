package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writers at full speed, alone and beside one view that lasts: how many updates a second, and
 * whether the view sees its snapshot to the end.
 *
 * <p>Arguments: seconds of the view (60 if absent), writers (1).
 */
public final class LongView {
  private static final int OBJECTS = 10_000;

  private final Pool pool;
  private final Counter[] counters = new Counter[OBJECTS];
  private final LongAdder updates = new LongAdder();
  private final int writers;

  private LongView(Pool pool, int writers) {
    this.pool = pool;
    this.writers = writers;
    for (int i = 0; i < OBJECTS; i++) {
      counters[i] = pool.root("counter " + i, Counter.class, Counter::new);
    }
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 60;
    int writers = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    TemporaryPool temporary = new TemporaryPool(Durability.ASYNC);
    try {
      new LongView(temporary.pool(), writers).run(seconds);
    } finally {
      temporary.close();
    }
  }

  private void run(int seconds) throws IOException, InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    Thread[] threads = new Thread[writers];
    for (int t = 0; t < writers; t++) {
      int seed = t;
      threads[t] = Thread.ofPlatform().start(() -> write(seed, done));
    }
    TimeUnit.SECONDS.sleep(5);
    double before = rate(Math.max(1, seconds / 3));
    double beside = pool.view(() -> beside(seconds));
    double after = rate(Math.max(1, seconds / 3));
    done.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    Figures figures = new Figures("", "updates a second", "of those alone");
    double alone = (before + after) / 2;
    figures.row("alone, before", "%,.0f".formatted(before), "");
    figures.row(
        "beside a view of " + seconds + " s",
        "%,.0f".formatted(beside),
        "%.2f".formatted(beside / alone));
    figures.row("alone, after", "%,.0f".formatted(after), "");
    figures.print();
  }

  private void write(int seed, AtomicBoolean done) {
    Random random = new Random(seed);
    while (!done.get()) {
      pool.update(counters[random.nextInt(OBJECTS)]::step);
      updates.increment();
    }
  }

  private double rate(int seconds) throws InterruptedException {
    long before = updates.sum();
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    return (updates.sum() - before) * 1e9 / (System.nanoTime() - start);
  }

  /** Looks at every object at the beginning, ten times meanwhile, and at the end. */
  private double beside(int seconds) throws InterruptedException {
    long[] seen = new long[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
      seen[i] = counters[i].count();
    }
    long before = updates.sum();
    long start = System.nanoTime();
    for (int look = 0; look < 10; look++) {
      TimeUnit.MILLISECONDS.sleep(seconds * 100L);
      compare(seen);
    }
    double rate = (updates.sum() - before) * 1e9 / (System.nanoTime() - start);
    System.out.printf(
        "the view saw its snapshot; the version store held %,d bytes%n",
        pool.stats().versionStoreBytes());
    return rate;
  }

  private void compare(long[] seen) {
    for (int i = 0; i < OBJECTS; i++) {
      if (counters[i].count() != seen[i] || counters[i].steps() * 3L != seen[i]) {
        throw new AssertionError("the view of object " + i + " has changed");
      }
    }
  }
}

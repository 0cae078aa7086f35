package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a second thread adds, where each changes objects of its own: updates by one thread, by two
 * in one pool, and by two with a pool each, which is what the machine allows to threads that never
 * meet. They take turns of a fraction of a second in one process, because processes, and minutes,
 * differ by more than what is to be seen; before each round the time is taken that a cache line
 * needs from one processor to another.
 *
 * <p>Arguments: rounds (40 if absent), objects of an update (1), durability (ASYNC), milliseconds
 * of a turn (400).
 */
public final class TwoThreads {
  private static final int WARM_UP_ROUNDS = 6;

  /** Objects before and behind those that are used: as many as lie in a pair of cache lines. */
  private static final int MARGIN = 4;

  /** Updates between two looks whether it is time to stop. */
  private static final int BATCH = 16;

  private static final int PASSES = 100_000;

  private final List<Runnable> samePool;
  private final List<Runnable> ownPool;

  private TwoThreads(Pool first, Pool second, int objects) {
    Runnable updates = updates(first, "first", objects);
    this.samePool = List.of(updates, updates(first, "second", objects));
    this.ownPool = List.of(updates, updates(second, "second", objects));
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 40;
    int objects = args.length > 1 ? Integer.parseInt(args[1]) : 1;
    String durability = args.length > 2 ? args[2].toUpperCase(Locale.ROOT) : "ASYNC";
    int millis = args.length > 3 ? Integer.parseInt(args[3]) : 400;
    try (TemporaryPool first = new TemporaryPool(Durability.valueOf(durability));
        TemporaryPool second = new TemporaryPool(Durability.valueOf(durability))) {
      new TwoThreads(first.pool(), second.pool(), objects).run(rounds, millis);
    }
  }

  private static Runnable updates(Pool pool, String thread, int objects) {
    List<Counter> counters = new ArrayList<>();
    for (int i = -MARGIN; i < objects + MARGIN; i++) {
      Counter counter = pool.root(thread + " " + i, Counter.class, Counter::new);
      if (i >= 0 && i < objects) {
        counters.add(counter);
      }
    }
    return () -> pool.update(() -> counters.forEach(Counter::step));
  }

  private void run(int rounds, int millis) throws InterruptedException {
    double[] line = new double[rounds];
    double[] one = new double[rounds];
    double[] two = new double[rounds];
    double[] own = new double[rounds];
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      int at = Math.max(round, 0);
      line[at] = lineNanos();
      one[at] = rate(samePool.subList(0, 1), millis);
      two[at] = rate(samePool, millis);
      own[at] = rate(ownPool, millis);
    }
    System.out.printf("medians of %d rounds, and quartiles%n", rounds);
    Figures figures = new Figures("contender", "updates a second", "of one thread");
    figures.row("one thread", spread(one, "%.0f"), "");
    figures.row("two threads, one pool", spread(two, "%.0f"), spread(ratios(two, one), "%.2f"));
    figures.row("two threads, a pool each", spread(own, "%.0f"), spread(ratios(own, one), "%.2f"));
    figures.print();
    System.out.printf("one pool, of a pool each: %s%n", spread(ratios(two, own), "%.2f"));
    System.out.printf("a cache line takes %s ns%n", spread(line, "%.0f"));
  }

  private static double[] ratios(double[] rates, double[] others) {
    double[] ratios = new double[rates.length];
    Arrays.setAll(ratios, i -> rates[i] / others[i]);
    return ratios;
  }

  private static String spread(double[] values, String format) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return "%s (%s to %s)"
        .formatted(
            format.formatted(Figures.median(values)),
            format.formatted(sorted[sorted.length / 4]),
            format.formatted(sorted[sorted.length * 3 / 4]));
  }

  /** Runs bodies, each in a thread of its own; returns how many runs there were a second. */
  private static double rate(List<Runnable> bodies, int millis) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    LongAdder done = new LongAdder();
    List<Thread> threads =
        bodies.stream()
            .map(body -> Thread.ofPlatform().unstarted(() -> loop(body, stop, done)))
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

  private static void loop(Runnable body, AtomicBoolean stop, LongAdder done) {
    long runs = 0;
    while (!stop.get()) {
      for (int i = 0; i < BATCH; i++) {
        body.run();
      }
      runs += BATCH;
    }
    done.add(runs);
  }

  /** How long a store takes to be seen by a thread on another processor. */
  private static double lineNanos() throws InterruptedException {
    AtomicLongArray words = new AtomicLongArray(64);
    int word = words.length() / 2; // neither its line nor the next is another's
    Thread other = Thread.ofPlatform().start(() -> pass(words, word, 1));
    long start = System.nanoTime();
    pass(words, word, 0);
    other.join();
    return (System.nanoTime() - start) / (2.0 * PASSES);
  }

  /** Waits for a number and puts the next in its place, again and again. */
  private static void pass(AtomicLongArray words, int word, long first) {
    for (int i = 0; i < PASSES; i++) {
      while (words.getAcquire(word) != first + 2L * i) {
        Thread.onSpinWait();
      }
      words.setRelease(word, first + 2L * i + 1);
    }
  }
}

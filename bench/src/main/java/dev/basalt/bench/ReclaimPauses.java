package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.collections.PersistentTreeMap;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A list, a tree map and a hash map of many objects lose their last reference and are reclaimed in
 * the background, while another thread updates an object of its own many times a millisecond: how
 * long its updates take, and how long the reclaiming. Before each of the rounds the same thread
 * updates for as long beside two that do nothing but keep processors busy, as the pool's two
 * threads are while they reclaim: what the machine, and not the pool, does to the updates.
 *
 * <p>Arguments: objects (1000000 if absent), rounds (10), updates per millisecond of the other
 * thread (10).
 */
public final class ReclaimPauses {
  private static final int BATCH = 1000;

  private final Pool pool;
  private final Counter counter;
  private final long pauseNanos;

  private ReclaimPauses(Pool pool, int updatesPerMilli) {
    this.pool = pool;
    this.counter = pool.root("counter", Counter.class, Counter::new);
    this.pauseNanos = TimeUnit.MILLISECONDS.toNanos(1) / updatesPerMilli;
  }

  /** Durations of updates, in microseconds; what is longer than the last is counted there. */
  private static final class Histogram {
    private final long[] counts = new long[1_000_000];

    void add(long micros) {
      counts[(int) Math.min(micros, counts.length - 1)]++;
    }

    int percentile(double share) {
      long all = Arrays.stream(counts).sum();
      long seen = 0;
      int last = 0;
      for (int micros = 0; micros < counts.length && seen < share * all; micros++) {
        seen += counts[micros];
        last = counts[micros] > 0 ? micros : last;
      }
      return last;
    }
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int objects = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    int perMilli = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    Figures figures =
        new Figures("", "s to reclaim", "median us", "99.9% us", "99.99% us", "longest us");
    for (String kind : new String[] {"list", "tree map", "hash map"}) {
      TemporaryPool temporary = new TemporaryPool(Durability.ASYNC);
      try {
        new ReclaimPauses(temporary.pool(), perMilli).run(kind, objects, rounds, figures);
      } finally {
        temporary.close();
      }
    }
    figures.print();
  }

  private void run(String kind, int objects, int rounds, Figures figures)
      throws IOException, InterruptedException {
    Histogram besides = new Histogram();
    Histogram reclaiming = new Histogram();
    double[] seconds = new double[rounds];
    double last = 1;
    for (int round = 0; round < rounds; round++) {
      long before = pool.stats().objects();
      switch (kind) {
        case "list" -> makeList(objects);
        case "tree map" -> fill(new PersistentTreeMap<>(), objects);
        default -> fill(new PersistentHashMap<>(), objects);
      }
      System.gc(); // so that no handle holds what is dropped
      pool.checkpoint();
      double busy = last;
      time(besides, () -> keepTwoBusy(busy));
      last = time(reclaiming, () -> drop(before + objects / 100));
      seconds[round] = last;
    }
    Arrays.sort(seconds);
    row(figures, "two busy threads", 0, besides);
    row(figures, kind + " of " + objects, seconds[rounds / 2], reclaiming);
  }

  private static void row(Figures figures, String name, double seconds, Histogram found) {
    figures.row(
        name,
        seconds == 0 ? "" : "%.1f".formatted(seconds),
        "" + found.percentile(0.5),
        "" + found.percentile(0.999),
        "" + found.percentile(0.9999),
        "" + found.percentile(1));
  }

  /** Updates in another thread while something runs, and returns for how many seconds it did. */
  private double time(Histogram histogram, Runnable body) throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    Thread other = Thread.ofPlatform().start(() -> update(done, histogram));
    long start = System.nanoTime();
    body.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    done.set(true);
    other.join();
    return seconds;
  }

  private static void keepTwoBusy(double seconds) {
    Thread _ = Thread.ofPlatform().start(() -> keepBusy(seconds));
    keepBusy(seconds);
  }

  private static void keepBusy(double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private void drop(long objectsAfter) {
    pool.removeRoot("dropped");
    while (pool.stats().objects() > objectsAfter) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private void makeList(int objects) {
    pool.putRoot("dropped", new Link(0, null));
    Link root = pool.root("dropped", Link.class).orElseThrow();
    for (int from = 1; from < objects; from += BATCH) {
      int first = from;
      pool.update(
          () -> {
            for (int i = first; i < first + BATCH; i++) {
              root.setNext(new Link(i, root.next()));
            }
          });
    }
  }

  private void fill(Map<Long, Object> map, int objects) {
    pool.putRoot("dropped", map);
    for (int from = 0; from < objects; from += BATCH) {
      int first = from;
      pool.update(
          () -> {
            for (long i = first; i < first + BATCH; i++) {
              map.put(i, new Link(i, null));
            }
          });
    }
  }

  private void update(AtomicBoolean done, Histogram histogram) {
    long next = System.nanoTime();
    while (!done.get()) {
      long begin = System.nanoTime();
      counter.step();
      long end = System.nanoTime();
      histogram.add(TimeUnit.NANOSECONDS.toMicros(end - begin));
      next = Math.max(next + pauseNanos, end);
      while (System.nanoTime() < next) {
        Thread.onSpinWait();
      }
    }
  }
}

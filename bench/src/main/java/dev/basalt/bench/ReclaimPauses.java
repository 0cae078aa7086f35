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

/**
 * A list, a tree map and a hash map of many objects lose their last reference and are reclaimed in
 * the background, while another thread updates an object of its own as fast as it can: how long its
 * updates take, and how long the reclaiming.
 *
 * <p>Arguments: objects (10000000 if absent), updates per millisecond of the other thread (10).
 */
public final class ReclaimPauses {
  private static final int BATCH = 1000;

  private final Pool pool;
  private final Counter counter;
  private final long pauseNanos;

  /** Durations of updates, in microseconds; what is longer than the last is counted there. */
  private final long[] histogram = new long[1_000_000];

  private ReclaimPauses(Pool pool, int updatesPerMilli) {
    this.pool = pool;
    this.counter = pool.root("counter", Counter.class, Counter::new);
    this.pauseNanos = TimeUnit.MILLISECONDS.toNanos(1) / updatesPerMilli;
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int objects = args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000;
    int perMilli = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Figures figures =
        new Figures("", "s to reclaim", "median us", "99.9% us", "99.99% us", "longest us");
    for (String kind : new String[] {"nothing", "list", "tree map", "hash map"}) {
      TemporaryPool temporary = new TemporaryPool(Durability.ASYNC);
      try {
        new ReclaimPauses(temporary.pool(), perMilli).run(kind, objects, figures);
      } finally {
        temporary.close();
      }
    }
    figures.print();
  }

  private void run(String kind, int objects, Figures figures)
      throws IOException, InterruptedException {
    switch (kind) {
      case "list" -> makeList(objects);
      case "tree map" -> fill(new PersistentTreeMap<>(), objects);
      case "hash map" -> fill(new PersistentHashMap<>(), objects);
      default -> {}
    }
    System.gc(); // so that no handle holds what is dropped
    pool.checkpoint();
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean counts = new AtomicBoolean();
    Thread other = Thread.ofPlatform().start(() -> update(done, counts));
    TimeUnit.SECONDS.sleep(2);
    counts.set(true);
    long before = pool.stats().objects();
    long start = System.nanoTime();
    pool.removeRoot("dropped");
    if (kind.equals("nothing")) {
      TimeUnit.SECONDS.sleep(5);
    }
    while (pool.stats().objects() > before / 100 + 1000) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    done.set(true);
    other.join();
    figures.row(
        kind + " of " + objects,
        "%.1f".formatted(seconds),
        "" + percentile(0.5),
        "" + percentile(0.999),
        "" + percentile(0.9999),
        "" + percentile(1));
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

  private void update(AtomicBoolean done, AtomicBoolean counts) {
    long next = System.nanoTime();
    while (!done.get()) {
      long begin = System.nanoTime();
      counter.step();
      long end = System.nanoTime();
      if (counts.get()) {
        long micros = TimeUnit.NANOSECONDS.toMicros(end - begin);
        histogram[(int) Math.min(micros, histogram.length - 1)]++;
      }
      next = Math.max(next + pauseNanos, end);
      while (System.nanoTime() < next) {
        Thread.onSpinWait();
      }
    }
  }

  private int percentile(double share) {
    long all = Arrays.stream(histogram).sum();
    long seen = 0;
    int last = 0;
    for (int micros = 0; micros < histogram.length && seen < share * all; micros++) {
      seen += histogram[micros];
      last = histogram[micros] > 0 ? micros : last;
    }
    return last;
  }
}

package dev.basalt.bench;

import dev.basalt.Durability;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The time of an update, with what its durability costs. With {@code -t 2} two threads update side
 * by side; the time is that of each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class UpdateBenchmark {
  /** What an update that has returned survives. */
  @Param public Durability durability;

  private TemporaryPool temporary;
  private Counter handle;

  /** Makes a pool with one object. */
  @Setup
  public void open() throws IOException {
    temporary = new TemporaryPool(durability);
    handle = temporary.pool().root("counter", Counter.class, Counter::new);
  }

  /** Removes the pool. */
  @TearDown
  public void close() throws IOException {
    temporary.close();
  }

  /** Objects that only one thread changes. */
  @State(Scope.Thread)
  public static class Mine {
    private static final int OBJECTS = 10;

    /** Objects before and behind those that are used: as many as lie in a pair of cache lines. */
    private static final int MARGIN = 4;

    private static final AtomicInteger THREADS = new AtomicInteger();
    private final HeapCounter heap = new HeapCounter();
    private final Counter[] counters = new Counter[OBJECTS];

    /** Makes them, one thread after the other, so that they do not share cache lines. */
    @Setup
    public void make(UpdateBenchmark shared) {
      synchronized (shared) {
        int thread = THREADS.incrementAndGet();
        for (int i = -MARGIN; i < OBJECTS + MARGIN; i++) {
          String name = "counter " + thread + " " + i;
          Counter counter = shared.temporary.pool().root(name, Counter.class, Counter::new);
          if (i >= 0 && i < OBJECTS) {
            counters[i] = counter;
          }
        }
      }
    }

    private void stepAll() {
      for (Counter counter : counters) {
        counter.step();
      }
    }
  }

  /** A pool that only one thread uses. */
  @State(Scope.Thread)
  public static class OwnPool {
    private TemporaryPool temporary;
    private Counter counter;

    /** Makes it. */
    @Setup
    public void open(UpdateBenchmark shared) throws IOException {
      temporary = new TemporaryPool(shared.durability);
      counter = temporary.pool().root("counter", Counter.class, Counter::new);
    }

    /** Removes it. */
    @TearDown
    public void close() throws IOException {
      temporary.close();
    }
  }

  /** The same change of a heap object. */
  @Benchmark
  public void heapObject(Mine mine) {
    mine.heap.step();
  }

  /** An update that does nothing. */
  @Benchmark
  public void empty() {
    temporary.pool().update(() -> {});
  }

  /** Changes two fields of an object of the thread's own. */
  @Benchmark
  public void twoFields(Mine mine) {
    temporary.pool().update(mine.counters[0]::step);
  }

  /**
   * The same in a pool of the thread's own: what the machine allows to threads that do not meet.
   */
  @Benchmark
  public void twoFieldsInOwnPool(OwnPool own) {
    own.temporary.pool().update(own.counter::step);
  }

  /** Changes two fields of ten objects of the thread's own. */
  @Benchmark
  public void tenObjects(Mine mine) {
    temporary.pool().update(mine::stepAll);
  }

  /** Changes two fields of the one object that all threads change. */
  @Benchmark
  public void hotObject() {
    temporary.pool().update(handle::step);
  }
}

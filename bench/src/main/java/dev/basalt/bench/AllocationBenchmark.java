package dev.basalt.bench;

import dev.basalt.Durability;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
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

/** The time in which an object of two fields is made, linked and committed, ASYNC. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AllocationBenchmark {
  private static final int LENGTH_MAX = 1_000_000;

  private TemporaryPool temporary;
  private Link root;
  private long number;

  /** Makes a pool with one object. */
  @Setup
  public void open() throws IOException {
    temporary = new TemporaryPool(Durability.ASYNC);
    root = temporary.pool().root("root", Link.class, () -> new Link(0, null));
  }

  /** Removes the pool. */
  @TearDown
  public void close() throws IOException {
    temporary.close();
  }

  /** The new object takes the place of the one before, which is reclaimed beside this. */
  @Benchmark
  public void replace() {
    root.setNext(new Link(++number, null));
  }

  /** A list grows by an object, and is dropped when it is long. */
  @Benchmark
  public void prepend() {
    root.setNext(new Link(++number, number % LENGTH_MAX == 0 ? null : root.next()));
  }
}

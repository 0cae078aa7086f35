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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The time of an update, with what its durability costs. */
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

  /** Changes two fields of one object. */
  @Benchmark
  public void twoFields() {
    temporary.pool().update(handle::step);
  }
}

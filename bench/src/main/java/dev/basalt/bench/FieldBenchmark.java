package dev.basalt.bench;

import dev.basalt.Durability;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading one field of a persistent object and of a heap object. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FieldBenchmark {
  private static final int READS = 1000;

  private final HeapCounter heap = new HeapCounter();
  private final Counter plain = new Counter();
  private TemporaryPool temporary;
  private Counter handle;

  /** Makes a pool with one object. */
  @Setup
  public void open() throws IOException {
    temporary = new TemporaryPool(Durability.ASYNC);
    handle = temporary.pool().root("counter", Counter.class, Counter::new);
  }

  /** Removes the pool. */
  @TearDown
  public void close() throws IOException {
    temporary.close();
  }

  /** A heap object. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public long heapObject() {
    long sum = 0;
    for (int i = 0; i < READS; i++) {
      sum += heap.count() + i;
    }
    return sum;
  }

  /** A persistent class's object that is not in a pool. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public long plainObject() {
    long sum = 0;
    for (int i = 0; i < READS; i++) {
      sum += plain.count() + i;
    }
    return sum;
  }

  /** An object in a pool, each read its own. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public long outsideTransactions() {
    return sum();
  }

  /** An object in a pool, all reads in one view. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public long inView() {
    return temporary.pool().view(this::sum);
  }

  /** An object in a pool, all reads in one update. */
  @Benchmark
  @OperationsPerInvocation(READS)
  public long inUpdate() {
    return temporary.pool().update(this::sum);
  }

  private long sum() {
    long sum = 0;
    for (int i = 0; i < READS; i++) {
      sum += handle.count() + i;
    }
    return sum;
  }
}

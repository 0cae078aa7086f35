package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Transaction;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Reading one field of a persistent object and of a heap object. A view is a body, so it reads many
 * objects in a row; {@code heapObjects} is what to compare it with.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class FieldBenchmark {
  private static final int OBJECTS = 1000;

  private final HeapCounter heap = new HeapCounter();
  private final Counter plain = new Counter();
  private final HeapCounter[] heaps = new HeapCounter[OBJECTS];
  private final Counter[] handles = new Counter[OBJECTS];
  private TemporaryPool temporary;
  private Counter handle;

  /** Makes a pool with some objects. */
  @Setup
  public void open() throws IOException {
    temporary = new TemporaryPool(Durability.ASYNC);
    for (int i = 0; i < OBJECTS; i++) {
      heaps[i] = new HeapCounter();
      handles[i] = temporary.pool().root("counter" + i, Counter.class, Counter::new);
    }
    handle = handles[0];
  }

  /** Removes the pool. */
  @TearDown
  public void close() throws IOException {
    temporary.close();
  }

  /** An object and an update of its pool that lasts for an iteration. */
  @State(Scope.Thread)
  public static class InUpdate {
    private TemporaryPool temporary;
    private Counter handle;
    private Transaction transaction;

    /** Makes a pool with one object. */
    @Setup
    public void open() throws IOException {
      temporary = new TemporaryPool(Durability.ASYNC);
      handle = temporary.pool().root("counter", Counter.class, Counter::new);
    }

    /** Begins the update. */
    @Setup(Level.Iteration)
    public void begin() {
      transaction = temporary.pool().begin();
    }

    /** Aborts it. */
    @TearDown(Level.Iteration)
    public void end() {
      transaction.close();
    }

    /** Removes the pool. */
    @TearDown
    public void close() throws IOException {
      temporary.close();
    }
  }

  /** A heap object. */
  @Benchmark
  public long heapObject() {
    return heap.count();
  }

  /** A persistent class's object that is not in a pool. */
  @Benchmark
  public long plainObject() {
    return plain.count();
  }

  /** An object in a pool, outside transactions. */
  @Benchmark
  public long outsideTransactions() {
    return handle.count();
  }

  /** An object in a pool, inside an update. */
  @Benchmark
  public long inUpdate(InUpdate update) {
    return update.handle.count();
  }

  /** Many heap objects. */
  @Benchmark
  @OperationsPerInvocation(OBJECTS)
  public void heapObjects(Blackhole hole) {
    for (HeapCounter each : heaps) {
      hole.consume(each.count());
    }
  }

  /** Many objects in a pool, outside transactions. */
  @Benchmark
  @OperationsPerInvocation(OBJECTS)
  public void outsideTransactionsMany(Blackhole hole) {
    consumeAll(hole);
  }

  /** Many objects in a pool, in one view. */
  @Benchmark
  @OperationsPerInvocation(OBJECTS)
  public void inViewMany(Blackhole hole) {
    temporary.pool().view(() -> consumeAll(hole));
  }

  /** Many objects in a pool, in one update. */
  @Benchmark
  @OperationsPerInvocation(OBJECTS)
  public void inUpdateMany(Blackhole hole) {
    temporary.pool().update(() -> consumeAll(hole));
  }

  private void consumeAll(Blackhole hole) {
    for (Counter each : handles) {
      hole.consume(each.count());
    }
  }
}

package dev.basalt.tx;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * A read outside transactions by a handle whose object is just being stored, in a block that held
 * something else before; in the steps of {@link Commit}.
 */
@JCStressTest
@Outcome(id = "7", expect = Expect.ACCEPTABLE, desc = "What has been stored.")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "The reader would take the plain state.")
@Outcome(expect = Expect.FORBIDDEN, desc = "What the block held before.")
@State
public class WordOfANewObject {
  static final int WORD = 16;

  private final long object = newBlock();
  private long place = Pending.next();

  /** A reserved block in which another object was. */
  static long newBlock() {
    long block = Memory.next();
    Memory.HEAP.memory().putLong(block + WORD, 99);
    Memory.HEAP.clearVersion(block);
    return block;
  }

  @Actor
  public void read(J_Result result) {
    result.r1 = Memory.latestWord(place, WORD);
  }

  @Actor
  public void commit() {
    Memory.HEAP.put(object + WORD, MemorySegment.ofArray(new long[] {7}), 0, Long.BYTES);
    VarHandle.storeStoreFence();
    place = object;
    Memory.HEAP.stamp(object, 2);
  }
}

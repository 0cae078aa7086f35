package dev.basalt.tx;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** A handle gets its place before what it leads to is there. */
@JCStressTest
@Outcome(
    id = {"7", "-1"},
    expect = Expect.ACCEPTABLE,
    desc = "The stored state, or the plain one.")
@Outcome(expect = Expect.FORBIDDEN, desc = "What the block held before.")
@State
public class BrokenByBindingEarly {
  private final long object = WordOfANewObject.newBlock();
  private long place = Pending.next();

  @Actor
  public void read(J_Result result) {
    result.r1 = Memory.latestWord(place, WordOfANewObject.WORD);
  }

  @Actor
  public void commit() {
    place = object;
    Memory.HEAP.put(
        object + WordOfANewObject.WORD, MemorySegment.ofArray(new long[] {7}), 0, Long.BYTES);
    Memory.HEAP.stamp(object, 2);
  }
}

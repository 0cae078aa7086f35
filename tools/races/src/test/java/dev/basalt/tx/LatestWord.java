package dev.basalt.tx;

import dev.basalt.medium.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A read outside transactions takes whatever is committed, but nothing from the middle of a commit,
 * and after something new nothing old: the commit sets the word to 2 and then to 3.
 */
@JCStressTest
@Outcome(
    id = {"1, 1", "1, 3", "3, 3"},
    expect = Expect.ACCEPTABLE,
    desc = "A committed state.")
@Outcome(
    id = {"1, -1", "-1, -1", "-1, 3"},
    expect = Expect.ACCEPTABLE,
    desc = "The object was being changed; the reader would take a view.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A word from the middle, or back in time.")
@State
public class LatestWord implements Mapping.SlowRead {
  private static final int WORD = 16;

  private final long object = Memory.next();

  public LatestWord() {
    Memory.HEAP.memory().putLong(object + WORD, 1);
    Memory.HEAP.memory().putLong(object, 1);
  }

  @Override
  public long readSlow(long at, int wordOffset) {
    return -1;
  }

  @Actor
  public void read(JJ_Result result) {
    result.r1 = Memory.HEAP.memory().latestWord(object, WORD, this);
    result.r2 = Memory.HEAP.memory().latestWord(object, WORD, this);
  }

  @Actor
  public void commit() {
    Memory.HEAP.markApplying(object);
    VarHandle.storeStoreFence();
    Memory.HEAP.put(object + WORD, MemorySegment.ofArray(new long[] {2}));
    Memory.HEAP.put(object + WORD, MemorySegment.ofArray(new long[] {3}));
    Memory.HEAP.stamp(object, 2);
  }
}

package dev.basalt.tx;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * Reads outside transactions take what is committed, each by itself, but nothing from the middle of
 * a commit, and after something new nothing old: the commit makes both words 2.
 */
@JCStressTest
@Outcome(
    id = {"1, 1", "1, 2", "2, 2"},
    expect = Expect.ACCEPTABLE,
    desc = "Committed states.")
@Outcome(
    id = {"1, -1", "-1, -1", "-1, 1", "-1, 2"},
    expect = Expect.ACCEPTABLE,
    desc = "The object was being changed; the reader would take a view.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Part of a commit, or back in time.")
@State
public class LatestWord {
  private static final int FIRST = 16;
  private static final int LAST = 24;

  private final long object = Memory.next();

  public LatestWord() {
    Memory.HEAP.memory().putLong(object + FIRST, 1);
    Memory.HEAP.memory().putLong(object + LAST, 1);
    Memory.HEAP.memory().putLong(object, 1);
  }

  @Actor
  public void read(JJ_Result result) {
    result.r1 = Memory.latestWord(object, FIRST);
    result.r2 = Memory.latestWord(object, LAST);
  }

  @Actor
  public void commit() {
    Memory.HEAP.markApplying(object);
    VarHandle.storeStoreFence();
    Memory.HEAP.put(object + FIRST, MemorySegment.ofArray(new long[] {2}), 0, Long.BYTES);
    Memory.HEAP.put(object + LAST, MemorySegment.ofArray(new long[] {2}), 0, Long.BYTES);
    Memory.HEAP.stamp(object, 2);
  }
}

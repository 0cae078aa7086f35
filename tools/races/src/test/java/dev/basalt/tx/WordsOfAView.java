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
 * A view of commit 1 reads two words of an object on a real mapping while commit 2 overwrites it,
 * in the steps of {@link Commit}. The results are the words, last first.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The state of the snapshot.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Part of a later commit, or nothing.")
@State
public class WordsOfAView implements Mapping.SlowRead {
  private static final int FIRST = 16;
  private static final int LAST = 24;

  private final long object = Memory.next();
  private final VersionStore store = new VersionStore();

  public WordsOfAView() {
    Memory.HEAP.memory().putLong(object + FIRST, 1);
    Memory.HEAP.memory().putLong(object + LAST, 1);
    Memory.HEAP.memory().putLong(object, 1);
  }

  @Override
  public long readSlow(long at, int wordOffset) {
    long[] words = store.find(at, 1);
    return words == null ? -1 : words[wordOffset >> 3];
  }

  @Actor
  public void view(JJ_Result result) {
    result.r1 = Memory.HEAP.memory().wordAt(object, LAST, 1, this);
    result.r2 = Memory.HEAP.memory().wordAt(object, FIRST, 1, this);
  }

  @Actor
  public void commit() {
    long[] before = new long[4];
    Memory.HEAP.copyOut(object, MemorySegment.ofArray(before));
    store.add(object, 1, 2, before, Memory.VIEW_OF_1);
    VarHandle.releaseFence();
    Memory.HEAP.markApplying(object);
    VarHandle.storeStoreFence();
    Memory.HEAP.put(object + FIRST, MemorySegment.ofArray(new long[] {2, 2}), 0, 2 * Long.BYTES);
    Memory.HEAP.stamp(object, 2);
  }
}

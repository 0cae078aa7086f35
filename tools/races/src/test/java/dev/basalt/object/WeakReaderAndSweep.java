package dev.basalt.object;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A weak reference is read while its target is about to be freed. The results are whether the
 * reader has got the target, and whether it was freed.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The reader was first and was seen.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The sweep was first.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Each has seen the other.")
@Outcome(id = "1, 1", expect = Expect.FORBIDDEN, desc = "The reader has what was freed.")
@State
public class WeakReaderAndSweep {
  private static final long PROXY = 16;

  private final WeakGate gate = new WeakGate();
  private final AtomicLong target = new AtomicLong(32);
  private volatile boolean hasHandle;

  @Actor
  public void reader(II_Result result) {
    int place = gate.announce(PROXY);
    if (gate.fate(PROXY) == WeakGate.Fate.STAYS && target.getAcquire() != 0) {
      hasHandle = true;
      result.r1 = 1;
    }
    gate.withdraw(place);
  }

  @Actor
  public void sweep(II_Result result) {
    if (gate.mark(PROXY)) {
      if (!hasHandle) {
        target.setRelease(0);
        result.r2 = 1;
      }
      gate.unmark(PROXY);
    }
  }
}

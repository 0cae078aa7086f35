package dev.basalt.tx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * Who looks whether any thread is in a transaction does not announce it first: a thread that enters
 * just behind the look does not know that it must take back what was found. The result is 1 if the
 * thread that has entered finds its transaction.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Found.")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "The thread is said to be outside.")
@State
public class BrokenByLookingSilently {
  private static final int NONE = 0;
  private static final int SOME = 1;

  private volatile int state = SOME;
  private volatile boolean place;

  @Actor
  public void enter(J_Result result) {
    place = true;
    if (state != SOME) {
      state = SOME;
    }
    result.r1 = state == NONE ? 0 : 1;
  }

  @Actor
  public void look() {
    if (!place) {
      state = NONE;
    }
  }
}

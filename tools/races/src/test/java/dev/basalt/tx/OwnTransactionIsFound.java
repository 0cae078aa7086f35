package dev.basalt.tx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * A thread enters a transaction, twice, while another looks whether any thread is in one. The
 * result is 1 if the thread is never told that it is in none, and finds none after it has left.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Found.")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "The thread is outside of its transaction.")
@State
public class OwnTransactionIsFound {
  private final Idleness idleness = SharedPool.transactions().idleness();

  @Actor
  public void enter(J_Result result) {
    boolean first = isFound();
    boolean second = isFound();
    result.r1 = first && second ? 1 : 0;
  }

  private boolean isFound() {
    try (View view = SharedPool.transactions().openView()) {
      ThreadTx.enter(view);
      boolean found = ThreadTx.innermost() == view && !idleness.isIdle();
      ThreadTx.leave(view);
      return found && ThreadTx.innermost() == null;
    }
  }

  @Actor
  public void look() {
    idleness.look();
  }
}

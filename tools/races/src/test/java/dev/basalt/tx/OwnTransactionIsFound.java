package dev.basalt.tx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * A thread enters a transaction and looks for it while another looks whether any thread is in one.
 * The result is 1 if it has found its own, and none after it has left.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Found.")
@Outcome(id = "0", expect = Expect.FORBIDDEN, desc = "The thread is outside of its transaction.")
@State
public class OwnTransactionIsFound {
  @Actor
  public void enter(J_Result result) {
    try (View view = SharedPool.transactions().openView()) {
      ThreadTx.enter(view);
      boolean found = ThreadTx.innermost() == view;
      ThreadTx.leave(view);
      result.r1 = found && ThreadTx.innermost() == null ? 1 : 0;
    }
  }

  @Actor
  public void look() {
    ThreadTx.lookAround();
  }
}

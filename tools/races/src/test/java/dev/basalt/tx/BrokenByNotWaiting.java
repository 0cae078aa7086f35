package dev.basalt.tx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/** A view takes the last commit that was published without waiting until it is in place. */
@JCStressTest
@Outcome(
    id = "1, .*",
    expect = Expect.ACCEPTABLE,
    desc = "Not registered, so nothing is kept for it.")
@Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "The state of the commit.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Not all of the commit.")
@State
public class BrokenByNotWaiting {
  private final AheadOfItsCopy commit = new AheadOfItsCopy();

  @Actor
  public void view(JJJ_Result result) {
    result.r1 = commit.snapshots.published();
    result.r2 = commit.first(result.r1);
    result.r3 = commit.last(result.r1);
  }

  @Actor
  public void commit() {
    commit.run();
  }
}

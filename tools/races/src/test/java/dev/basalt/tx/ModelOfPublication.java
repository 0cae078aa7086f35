package dev.basalt.tx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * The protocol of publication on a model, beside which each of the broken ones differs in one step.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The state of the snapshot.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Part of a later commit, or nothing.")
@State
public class ModelOfPublication {
  private final Model model = new Model();

  @Actor
  public void view(JJ_Result result) {
    result.r1 = model.read(false);
    result.r2 = model.read(true);
  }

  @Actor
  public void commit() {
    model.keepImage();
    model.markApplying();
    model.copy();
    model.stamp();
  }
}

package dev.basalt.tx;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** The new version is stored before the words. */
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
public class BrokenByStampingFirst {
  private final Model model = new Model();

  @Actor
  public void read(JJ_Result result) {
    result.r1 = model.latest(true);
    result.r2 = model.latest(false);
  }

  @Actor
  public void commit() {
    model.markApplying();
    model.stamp();
    VarHandle.storeStoreFence();
    model.copy();
  }
}

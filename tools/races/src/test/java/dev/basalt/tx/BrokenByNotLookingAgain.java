package dev.basalt.tx;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** The view does not look at the version again after it has loaded the word. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The state of the snapshot.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Part of a later commit, or nothing.")
@State
public class BrokenByNotLookingAgain {
  private final Model model = new Model();

  private long unchecked(boolean isFirst) {
    if (model.version == 1) {
      VarHandle.loadLoadFence();
      return isFirst ? model.first : model.last;
    }
    return model.kept(isFirst);
  }

  @Actor
  public void view(JJ_Result result) {
    result.r1 = unchecked(false);
    result.r2 = unchecked(true);
  }

  @Actor
  public void commit() {
    model.keepImage();
    model.markApplying();
    model.copy();
    model.stamp();
  }
}

package dev.basalt.tx;

import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * The new version is stored before the words. A reader of the latest state takes the old word for
 * one of the new version. The results are the version and the word that counted with it.
 */
@JCStressTest
@Outcome(
    id = {"1, 1", "2, 2"},
    expect = Expect.ACCEPTABLE,
    desc = "A committed state.")
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "The object was being changed.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A word that is not of its version.")
@State
public class BrokenByStampingFirst {
  private final Model model = new Model();

  @Actor
  public void read(JJ_Result result) {
    long before = model.version;
    VarHandle.loadLoadFence();
    long word = model.last;
    VarHandle.loadLoadFence();
    boolean counts = before > 0 && model.version == before;
    result.r1 = counts ? before : -1;
    result.r2 = counts ? word : -1;
  }

  @Actor
  public void commit() {
    model.markApplying();
    model.stamp();
    VarHandle.storeStoreFence();
    model.copy();
  }
}

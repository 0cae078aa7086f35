package dev.basalt.tx;

import dev.basalt.log.CommitWords;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A view registers while a commit decides whether it has to keep before-images. The results are the
 * commit that the view sees, and whether the commit has seen a view that needs images.
 */
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The view was first and was seen.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "It was seen, and has moved on.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The commit was first.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "The view needs an image that is lost.")
@State
public class SnapshotRegistration {
  private final Snapshots snapshots = new Snapshots(new CommitWords(), 0);

  @Actor
  public void view(JJ_Result result) {
    result.r1 = snapshots.takeView().version();
  }

  @Actor
  public void commit(JJ_Result result) {
    snapshots.announce();
    Snapshots.Registered registered = snapshots.look(new Snapshots.Registered());
    result.r2 = registered.hasViewIn(0, 1) ? 1 : 0;
    snapshots.publish(1);
  }
}

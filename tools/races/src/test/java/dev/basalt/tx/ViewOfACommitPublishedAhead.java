package dev.basalt.tx;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/**
 * A view begins and reads two words of an object on a real mapping while commit 2 overwrites it,
 * published before it is put in place, in the steps of {@link CommitPath}. The results are the
 * commit that the view sees, and the words.
 */
@JCStressTest
@Outcome(
    id = {"1, 1, 1", "2, 2, 2"},
    expect = Expect.ACCEPTABLE,
    desc = "The state of a commit.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Parts of two commits, or nothing.")
@State
public class ViewOfACommitPublishedAhead {
  private final AheadOfItsCopy commit = new AheadOfItsCopy();

  @Actor
  public void view(JJJ_Result result) {
    result.r1 = commit.snapshots.takeView().version();
    result.r2 = commit.first(result.r1);
    result.r3 = commit.last(result.r1);
  }

  @Actor
  public void commit() {
    commit.run();
  }
}

package dev.basalt.tx;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A view registers without looking whether a commit has begun meanwhile. */
@JCStressTest
@Outcome(
    id = {"0, 1", "1, 1", "1, 0"},
    expect = Expect.ACCEPTABLE,
    desc = "Nothing is lost.")
@Outcome(id = "0, 0", expect = Expect.FORBIDDEN, desc = "The view needs an image that is lost.")
@State
public class BrokenByNotAskingAgain {
  private static final long FREE = -1;

  private final AtomicLong published = new AtomicLong();
  private final AtomicLong slot = new AtomicLong(FREE);

  @Actor
  public void view(JJ_Result result) {
    long version = published.get();
    slot.set(version);
    result.r1 = version;
  }

  @Actor
  public void commit(JJ_Result result) {
    result.r2 = slot.get() == FREE ? 0 : 1;
    published.set(1);
  }
}

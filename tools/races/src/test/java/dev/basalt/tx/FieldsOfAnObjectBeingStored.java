package dev.basalt.tx;

import dev.basalt.fixture.Item;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A thread reads the fields of a plain object while an update stores it into a pool. The results
 * are the number, and 1 if the reference leads to the same object as before.
 */
@JCStressTest
@Outcome(id = "7, 1", expect = Expect.ACCEPTABLE, desc = "What the object has had all the time.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Neither the plain state nor the stored one.")
@State
public class FieldsOfAnObjectBeingStored {
  private static final int STORED_PER_RECLAMATION = 4096;
  private static final AtomicLong STORED = new AtomicLong();

  private final Item next = new Item(8);
  private final Item item = new Item(7);

  public FieldsOfAnObjectBeingStored() {
    item.next(next);
  }

  @Actor
  public void store() {
    SharedPool.ROOT.next(item);
    if (STORED.incrementAndGet() % STORED_PER_RECLAMATION == 0) {
      SharedPool.POOL.reclaim();
    }
  }

  @Actor
  public void read(JJ_Result result) {
    result.r1 = item.number();
    result.r2 = item.next() == next ? 1 : 0;
  }
}

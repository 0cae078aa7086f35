package dev.basalt.object;

import dev.basalt.tx.LimboSweep;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;

/**
 * Empties limbo: an object whose count is still 0, which no handle refers to and which no snapshot
 * from before its unlinking can reach, gives up its references and its block. What it alone
 * referred to comes into limbo by that and is reclaimed in a later step, so a long list needs
 * neither a deep stack nor a long update. Each step is an update of its own over one node of limbo.
 */
public final class Reclaimer {
  private final ObjectSpace space;
  private final LimboSweep sweep;

  /**
   * Creates the reclaimer of a pool.
   *
   * @param space the pool's objects
   */
  public Reclaimer(ObjectSpace space) {
    this.space = space;
    this.sweep = new LimboSweep(space.transactions(), new Policy());
  }

  /** Reclaims what can be reclaimed now. */
  public void drain() {
    sweep.drain();
  }

  /**
   * The objects in limbo.
   *
   * @return how many
   */
  public long limboObjects() {
    return sweep.count();
  }

  private final class Policy implements LimboSweep.Policy {
    @Override
    public boolean isHeld(long object) {
      return space.handles().isHeld(object);
    }

    @Override
    public void release(Update update, long object) {
      Tx tx = update;
      space.contents().forEachSlot(tx, object, (_, slot) -> Values.count(update, slot, -1));
      space.handles().remove(object);
    }
  }
}

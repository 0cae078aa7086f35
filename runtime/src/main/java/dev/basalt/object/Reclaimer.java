package dev.basalt.object;

import dev.basalt.format.SlotFormat;
import dev.basalt.tx.LimboSweep;
import dev.basalt.tx.LostReferences;
import dev.basalt.tx.Still;
import dev.basalt.tx.Update;
import java.util.function.LongConsumer;

/**
 * Empties limbo: an object whose count is still 0, which no handle refers to and which no snapshot
 * can reach, gives up its references and its block. What it alone referred to comes into limbo by
 * that, so a long list needs neither a deep stack nor a long update.
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
   * What tells whether there can be garbage that never comes into limbo.
   *
   * @return the losses of references
   */
  @SuppressWarnings("exports") // for the layers between this one and the public package
  public LostReferences lost() {
    return sweep.lost();
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
    private final Still still = new Still(space.transactions(), true);

    /** Who is about to get a handle by a weak reference keeps the object too. */
    @Override
    public boolean isHeld(long object) {
      return space.handles().isHeld(object) || !space.weakReferences().giveUp(object);
    }

    @Override
    public int forEachReference(long object, int max, LongConsumer targets) {
      return space
          .contents()
          .forEachLastSlot(
              still,
              object,
              max,
              (_, slot) -> {
                if (SlotFormat.isPointer(slot)) {
                  targets.accept(slot);
                }
              });
    }

    @Override
    public void freed(Update update, long object) {
      space.weakReferences().release(update, object);
      space.handles().remove(object);
    }

    @Override
    public void ended() {
      space.weakReferences().endReclaiming();
    }
  }
}

package dev.basalt.object;

import dev.basalt.format.SlotFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;

/**
 * Takes the references out of objects that nobody can see any more, so that they stop keeping one
 * another alive; as part of one update, which is to be short.
 */
@SuppressWarnings("exports") // for the layers between this one and the public package
public final class ReferenceCut {
  private final Contents contents;
  private final Update update;
  private int slotsLeft;

  /**
   * Prepares for some objects.
   *
   * @param space the objects
   * @param update the update that cuts
   * @param slotsMax how many slots it is to look at, about
   */
  public ReferenceCut(ObjectSpace space, Update update, int slotsMax) {
    this.contents = space.contents();
    this.update = update;
    this.slotsLeft = slotsMax;
  }

  /**
   * Whether another object is to be cut by this update.
   *
   * @return whether it has looked at fewer slots than it may
   */
  public boolean hasRoom() {
    return slotsLeft > 0;
  }

  /**
   * Empties the slots of an object that hold references, and counts these down; of an array perhaps
   * not all.
   *
   * @param object the object
   * @param from the number of the first slot to look at
   * @return the number of the slot to go on with, or -1 if there is none
   */
  public int cut(long object, int from) {
    Tx tx = update;
    return contents.forEachSlot(
        tx,
        object,
        from,
        slotsLeft,
        (fieldOffset, slot) -> {
          slotsLeft--;
          if (SlotFormat.isPointer(slot)) {
            update.putWord(object, fieldOffset, 0);
            Values.count(update, slot, -1);
          }
        });
  }
}

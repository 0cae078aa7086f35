package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * Objects as text, by what the pool's type table says of them. Damage is reported where it is met,
 * and counted.
 *
 * <p>An object that has a place of its own in the text is an <em>entry</em>: one of a class, or the
 * slots of a collection. All else is a value and stands where it is referred to.
 */
@SuppressWarnings("exports") // for the layers between this one and the public package
public final class ObjectText {
  private final ObjectSpace space;
  private final Allocator allocator;
  private final Tx tx;
  private final Appendable out;
  private final long end;
  private final ValueText values;
  private long damages;

  /** A part of a text. */
  public interface Part {
    /**
     * Writes it.
     *
     * @throws IOException if the text cannot be written
     */
    void write() throws IOException;
  }

  /**
   * Prepares the text of a pool.
   *
   * @param space the pool's objects
   * @param allocator knows where objects lie
   * @param tx reads them
   * @param out takes the text
   */
  public ObjectText(ObjectSpace space, Allocator allocator, Tx tx, Appendable out) {
    this.space = space;
    this.allocator = allocator;
    this.tx = tx;
    this.out = out;
    this.end = space.transactions().heap().size();
    this.values = new ValueText(this, space, tx, out);
  }

  /**
   * The places that could not be read.
   *
   * @return how many have been reported
   */
  public long damages() {
    return damages;
  }

  /**
   * Writes a part, and what is wrong with it, if anything, behind as much as could be written.
   *
   * @param part the part
   * @throws IOException if the text cannot be written
   */
  public void attempt(Part part) throws IOException {
    try {
      part.write();
    } catch (CorruptPoolException | MediaErrorException | StaleTransactionException e) {
      damaged(String.valueOf(e.getMessage()));
    } catch (UncommittedObjectException e) {
      damaged("a reference leads to where no object is");
    } catch (InternalError e) { // the medium does not supply a page of the mapping
      damaged(String.valueOf(space.transactions().faults().of(e).getMessage()));
    }
  }

  private void damaged(String message) throws IOException {
    damages++;
    out.append("<damaged: ");
    Quoted.plain(out, message);
    out.append('>');
  }

  /**
   * Makes sure that there is an object at a place, as long as its block at most.
   *
   * @param object the place
   * @throws CorruptPoolException if there is none, or it is damaged
   */
  public void check(long object) {
    long room = room(object);
    if (room == 0) {
      throw new CorruptPoolException(
          "a reference leads to %d, where no object is".formatted(object));
    }
    long size = space.contents().sizeOf(tx, object);
    if (size < ObjectFormat.SIZE || size > room) {
      throw new CorruptPoolException(
          "the object at %d has %d bytes in a block of %d".formatted(object, size, room));
    }
    tx.verify(object, size);
  }

  /** The bytes of the block in use at a place, or 0. A damaged bitmap hides no object. */
  private long room(long object) {
    if (object <= space.transactions().heap().heapOffset() || object >= end) {
      return 0;
    }
    try {
      return allocator.sizeOfAllocated(object);
    } catch (CorruptPoolException | MediaErrorException e) {
      return end - object;
    }
  }

  /** The length of an array, or of the slots of a collection. */
  int length(long object) {
    int length = (int) tx.constantWord(object, SlotsFormat.LENGTH);
    if (length < 0) {
      throw new CorruptPoolException(
          "the object at %d has a length of %d".formatted(object, length));
    }
    return length;
  }

  /**
   * Visits the objects that one refers to and that are there.
   *
   * @param object the object
   * @param visitor takes them; what cannot be read leads nowhere
   */
  public void forEachReference(long object, LongConsumer visitor) {
    try {
      check(object);
      space
          .contents()
          .forEachSlot(
              tx,
              object,
              (_, slot) -> {
                if (isThere(slot)) {
                  visitor.accept(slot);
                }
              });
    } catch (CorruptPoolException
        | MediaErrorException
        | StaleTransactionException
        | UncommittedObjectException
        | InternalError e) {
      // Reported where the object is written.
    }
  }

  /**
   * Reads a slot.
   *
   * @param object an object that consists of slots
   * @param index the slot's index
   * @return what it holds
   * @throws CorruptPoolException if it is damaged
   */
  public long slot(long object, int index) {
    tx.verify(object, SlotsFormat.slot(index + 1));
    if ((int) tx.word(object, ObjectFormat.CLASS_ID) != ClassIds.SLOTS || index >= length(object)) {
      throw new CorruptPoolException("the object at %d is no entry of roots".formatted(object));
    }
    return tx.word(object, SlotsFormat.slot(index));
  }

  /**
   * Whether a slot leads to an object.
   *
   * @param slot the slot
   * @return whether it holds a reference, and a block in use is there
   */
  public boolean isThere(long slot) {
    return SlotFormat.isPointer(slot) && room(slot) > 0;
  }

  /**
   * Writes what a slot holds: a value, or where an object lies and of what class it is.
   *
   * @param slot the slot
   * @throws IOException if the text cannot be written
   */
  public void value(long slot) throws IOException {
    values.slot(slot, 0);
  }

  /**
   * Whether an object is an entry.
   *
   * @param object an object that something refers to
   * @return whether it is to be written by {@link #entry}
   */
  public boolean isEntry(long object) {
    try {
      int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
      Type type = space.types().find(classId);
      return type == null ? classId == ClassIds.SLOTS : type.shape() instanceof Shape.ClassShape;
    } catch (CorruptPoolException
        | MediaErrorException
        | StaleTransactionException
        | UncommittedObjectException
        | InternalError e) {
      return false; // reported where it is referred to
    }
  }

  /**
   * Writes an object with all that it holds.
   *
   * @param object an entry
   * @throws IOException if the text cannot be written
   */
  public void entry(long object) throws IOException {
    out.append("\n@").append(Long.toString(object)).append(' ');
    attempt(
        () -> {
          check(object);
          Type type = space.types().find((int) tx.constantWord(object, ObjectFormat.CLASS_ID));
          if (type != null && type.shape() instanceof Shape.ClassShape(Layout layout)) {
            fields(object, layout);
          } else {
            slots(object);
          }
        });
    out.append('\n');
  }

  private void fields(long object, Layout layout) throws IOException {
    Quoted.plain(out, layout.name());
    for (Layout.Field field : layout.fields()) {
      out.append("\n  ");
      if (!field.declaringClass().equals(layout.name())) {
        Quoted.plain(out, field.declaringClass() + ".");
      }
      Quoted.plain(out, field.name() + ": " + typeName(field.type()));
      out.append(
          switch (field.kind()) {
            case WEAK -> " (weak) = ";
            case BACK -> " (back) = ";
            default -> " = ";
          });
      attempt(() -> values.field(object, field, 0));
    }
  }

  private void slots(long object) throws IOException {
    int length = length(object);
    out.append("slots[").append(Integer.toString(length)).append(']');
    for (int i = 0; i < length; i++) {
      long slot = tx.word(object, SlotsFormat.slot(i));
      if (slot != 0) {
        out.append("\n  [").append(Integer.toString(i)).append("] = ");
        value(slot);
      }
    }
  }

  /** The name of a type as programs spell it. */
  static String typeName(String stored) {
    int dimensions = stored.lastIndexOf('[') + 1;
    if (dimensions == 0) {
      return stored;
    }
    String element = stored.substring(dimensions);
    String name =
        switch (element) {
          case "Z" -> "boolean";
          case "B" -> "byte";
          case "C" -> "char";
          case "S" -> "short";
          case "I" -> "int";
          case "J" -> "long";
          case "F" -> "float";
          case "D" -> "double";
          default -> element.replaceAll("^L|;$", "");
        };
    return name + "[]".repeat(dimensions);
  }
}

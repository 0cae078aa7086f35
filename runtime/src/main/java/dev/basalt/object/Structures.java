package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.medium.Mapping;
import dev.basalt.memory.Heap;
import dev.basalt.tx.Pending;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The objects of a pool that collections lay out by hand. They have no handle: each access follows
 * a based pointer, inside a transaction unless it says otherwise. Safe for use by any number of
 * threads.
 */
public final class Structures {
  private static final int WORD_MASK = -Long.BYTES;

  /** A version that no object has. */
  private static final long IMPOSSIBLE = -1;

  private final ObjectSpace space;
  private final TransactionManager transactions;
  private final Mapping memory;
  private final Values values;
  private final HandleTable handles;

  Structures(ObjectSpace space) {
    this.space = space;
    this.transactions = space.transactions();
    this.memory = transactions.heap().memory();
    this.values = space.values();
    this.handles = space.handles();
  }

  /**
   * The space whose objects these are.
   *
   * @return the space
   */
  public ObjectSpace space() {
    return space;
  }

  /** Structures have no handle, so each access is one that follows a based pointer. */
  private void verify(long object, int fieldOffset) {
    if (Pending.is(object)) {
      return;
    }
    if (!SlotFormat.isPointer(object)) {
      throw space.noObjectAt(object);
    }
    Heap heap = transactions.heap();
    long word = object + (fieldOffset & WORD_MASK);
    try {
      heap.verify(object, Long.BYTES);
      if ((object ^ word) >= Geometry.PAGE_SIZE) {
        heap.verify(word, Long.BYTES);
      }
    } catch (InternalError e) {
      throw transactions.faults().of(e);
    }
  }

  /**
   * Creates an object of a hand-made layout, of zeroes; inside an update.
   *
   * @param layout its layout
   * @return the object
   */
  public long create(Layout layout) {
    Update update = space.currentUpdate();
    Type type = space.types().of(layout);
    Promotion.of(space, update).need(type);
    return update.create(type.id(), layout.size());
  }

  /**
   * Creates an array of empty slots; inside an update.
   *
   * @param length how many
   * @return the object
   */
  public long createSlots(int length) {
    Update update = space.currentUpdate();
    long object = update.create(ClassIds.SLOTS, SlotsFormat.size(length));
    space.putBits(update, object, SlotsFormat.LENGTH, Integer.BYTES, length);
    return object;
  }

  /**
   * The number of slots of an array; inside a transaction.
   *
   * @param slots what {@link #createSlots} returned
   * @return how many
   */
  public int slotsLength(long slots) {
    try {
      return (int) space.currentTx().constantWord(slots, SlotsFormat.LENGTH);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(slots, e);
    }
  }

  /**
   * Whether an object is an array of slots; inside a transaction.
   *
   * @param object any object of the pool
   * @return {@code true} if {@link #createSlots} has made it
   */
  public boolean isSlots(long object) {
    try {
      return ObjectSpace.classId(space.currentTx(), object) == ClassIds.SLOTS;
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  /**
   * Where a slot of an array lies.
   *
   * @param index its index
   * @return the field offset to use with {@link #slot} and {@link #putSlot}
   */
  public static int slotOffset(int index) {
    return SlotsFormat.slot(index);
  }

  // ---- words

  /**
   * Reads the word of an object that holds a field; outside transactions as it is now.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the word
   */
  public long word(long object, int fieldOffset) {
    verify(object, fieldOffset);
    try {
      return space.wordIn(transactions.current(), object, fieldOffset & WORD_MASK);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    } catch (InternalError e) {
      throw transactions.faults().of(e, object, (long) (fieldOffset & WORD_MASK) + Long.BYTES);
    }
  }

  /**
   * Reads an {@code int} of an object; outside transactions as it is now.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the value
   */
  public int getInt(long object, int fieldOffset) {
    return (int) (word(object, fieldOffset) >>> ObjectSpace.shift(fieldOffset));
  }

  /**
   * Writes an {@code int} of an object; inside an update.
   *
   * @param object the object
   * @param fieldOffset the field
   * @param value the value
   */
  public void putInt(long object, int fieldOffset, int value) {
    verify(object, fieldOffset);
    try {
      space.putBits(space.currentUpdate(), object, fieldOffset, Integer.BYTES, value);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  /**
   * Writes a {@code long} of an object; inside an update.
   *
   * @param object the object
   * @param fieldOffset the field
   * @param value the value
   */
  public void putLong(long object, int fieldOffset, long value) {
    verify(object, fieldOffset);
    try {
      space.putBits(space.currentUpdate(), object, fieldOffset, Long.BYTES, value);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  // ---- references and slots

  /**
   * Reads a reference of an object; outside transactions as it is now.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the value, or the handle of the object referred to, or {@code null}
   */
  public @Nullable Object getReference(long object, int fieldOffset) {
    verify(object, fieldOffset);
    try {
      return space.reference(object, fieldOffset);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  /**
   * Writes a reference of an object; inside an update. A plain object is stored with everything
   * that it reaches.
   *
   * @param object the object
   * @param fieldOffset the field
   * @param value the value, a handle, a plain object or {@code null}
   */
  public void putReference(long object, int fieldOffset, @Nullable Object value) {
    verify(object, fieldOffset);
    try {
      space.references().put(space.currentUpdate(), object, fieldOffset, value);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  /**
   * Reads a slot as it is; inside a transaction.
   *
   * @param object the object
   * @param fieldOffset the slot
   * @return the slot
   */
  public long slot(long object, int fieldOffset) {
    verify(object, fieldOffset);
    try {
      return space.currentTx().word(object, fieldOffset);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  /**
   * Sets a slot to an object or a value already stored; inside an update.
   *
   * @param object the object
   * @param fieldOffset the slot
   * @param slot what {@link #slot}, {@link #create} or {@link #createSlots} returned, or 0
   */
  public void putSlot(long object, int fieldOffset, long slot) {
    verify(object, fieldOffset);
    try {
      space.references().putSlot(space.currentUpdate(), object, fieldOffset, slot);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  /**
   * Moves slots from one place of a structure to another of the same structure; inside an update.
   * What they refer to has as many references as before, and nobody need know that one of them has
   * another place: see <i>L0</i> in docs/concurrency.md. The slots they come from are empty then.
   *
   * @param from the object they are in
   * @param fromField the first of them
   * @param to the object to move them to, perhaps the same
   * @param toField the first slot to move them to; all of these are empty, or moved themselves
   * @param slots how many
   * @throws IllegalStateException if there is something in the way
   */
  public void moveSlots(long from, int fromField, long to, int toField, int slots) {
    Update update = space.currentUpdate();
    boolean lastFirst = toField > fromField;
    verify(from, fromField);
    verify(to, toField);
    try {
      for (int i = 0; i < slots; i++) {
        int at = (lastFirst ? slots - 1 - i : i) * SlotFormat.SIZE;
        long slot = update.word(from, fromField + at);
        if (slot != 0) {
          if (update.word(to, toField + at) != 0) {
            throw new IllegalStateException("a slot is moved onto one that is in use");
          }
          update.putWord(to, toField + at, slot);
          update.putWord(from, fromField + at, 0);
        }
      }
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(from, e);
    }
  }

  // ---- values

  /**
   * What a slot holds; inside a transaction.
   *
   * @param slot the slot
   * @return the value, the handle, or {@code null}
   */
  public @Nullable Object value(long slot) {
    return values.decode(space.currentTx(), slot, 0);
  }

  /**
   * Begins to bring in what {@link #value} will read: an object and its handle are seldom in the
   * processor's cache, and waiting for both while something else is brought in costs one wait
   * instead of three. Does nothing else, whatever the slot holds.
   *
   * @param slot the slot
   */
  public void touch(long slot) {
    if (!SlotFormat.isPointer(slot) || !transactions.heap().isKnownSound(slot)) {
      return;
    }
    long version = memory.getLong(slot);
    Object handle = handles.find(slot);
    // What is loaded and not used would not be loaded.
    if (version == IMPOSSIBLE || (handle != null && handle.getClass() == Void.class)) {
      throw new CorruptPoolException(
          "%s: the object at %d has a version that no commit has".formatted(space.name(), slot));
    }
  }

  /**
   * Begins to bring in the first bytes of an object that is about to be read; does nothing else.
   *
   * @param slot the object; nothing happens for any other slot
   * @param length how many bytes, at most 512, perhaps more than the object has
   */
  public void touch(long slot, int length) {
    Heap heap = transactions.heap();
    if (SlotFormat.isPointer(slot)
        && heap.isKnownSound(slot)
        && heap.isKnownSound(slot + length - 1)) {
      memory.touch(slot, length);
    }
  }

  /**
   * Whether a slot holds something equal to a value; strings and small values are compared in
   * place. Inside a transaction.
   *
   * @param slot the slot
   * @param value the value
   * @return whether they are equal
   */
  public boolean holds(long slot, @Nullable Object value) {
    if (value == null || slot == 0) {
      return value == null && slot == 0;
    }
    Values.Comparison comparison = values.compare(slot, value);
    if (comparison != Values.Comparison.UNKNOWN) {
      return comparison == Values.Comparison.EQUAL;
    }
    Tx tx = space.currentTx();
    if (value instanceof String string && SlotFormat.isPointer(slot)) {
      return holdsString(tx, slot, string);
    }
    if (value instanceof UUID uuid && SlotFormat.isPointer(slot)) {
      return holdsUuid(tx, slot, uuid);
    }
    if (value instanceof PersistentObject object
        && object.$basalt$space() == space
        && object.$basalt$offset() == slot) {
      return true;
    }
    return value.equals(values.decode(tx, slot, 0));
  }

  /**
   * A key to compare stored ones with; inside a transaction.
   *
   * @param key the key, not {@code null}
   * @return what compares, to be used in this transaction
   */
  public NaturalOrder order(Object key) {
    return new NaturalOrder(space, space.currentTx(), key);
  }

  /**
   * The nodes of a structure as the calling thread's transaction sees them; inside a transaction.
   *
   * @param layout their layout
   * @return a view of them, to be used in this transaction
   */
  public NodeWords nodes(Layout layout) {
    return new NodeWords(space, space.currentTx(), layout);
  }

  private boolean holdsUuid(Tx tx, long object, UUID uuid) {
    try {
      return ObjectSpace.classId(tx, object) == ClassIds.VALUE
          && ByteValues.isUuid(tx, object)
          && ByteValues.uuid(tx, object).equals(uuid);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }

  private boolean holdsString(Tx tx, long object, String string) {
    try {
      int classId = ObjectSpace.classId(tx, object);
      return (classId == ClassIds.STRING_LATIN1 || classId == ClassIds.STRING_UTF16)
          && Strings.matches(tx, object, classId, string);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(object, e);
    }
  }
}

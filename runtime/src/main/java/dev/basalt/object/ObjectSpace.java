package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.tx.RunningTransactions;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;
import dev.basalt.tx.View;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one open pool. Reading and writing a field goes to the calling thread's
 * transaction; if it has none, a read is a snapshot and a write an update of its own.
 *
 * <p>A field is read as part of the 8-byte word that holds it, so there is one protocol for all
 * types. Safe for use by any number of threads.
 */
public final class ObjectSpace {
  private static final int WORD_MASK = -Long.BYTES;

  private final TransactionManager transactions;
  private final ClassLoader loader;
  private final Object owner;
  private final TypeTable types;
  private final HandleTable handles = new HandleTable();

  /**
   * Opens the objects of a pool.
   *
   * @param transactions the pool's transactions
   * @param loader finds the classes of stored objects
   * @param owner the pool
   */
  @SuppressWarnings("exports") // for the public package; rewritten classes treat a space as opaque
  public ObjectSpace(TransactionManager transactions, ClassLoader loader, Object owner) {
    this.transactions = transactions;
    this.loader = loader;
    this.owner = owner;
    this.types = new TypeTable(transactions.heap());
    OpenSpaces.put(transactions, this);
  }

  /**
   * The pool's transactions.
   *
   * @return the manager
   */
  @SuppressWarnings("exports")
  public TransactionManager transactions() {
    return transactions;
  }

  /**
   * The pool that this space is part of.
   *
   * @return what the constructor was given
   */
  public Object owner() {
    return owner;
  }

  /**
   * The space of the transaction that the calling thread began last, of those that have not ended.
   *
   * @return the space, or {@code null} if the thread is in no transaction
   */
  public static @Nullable ObjectSpace inUse() {
    return OpenSpaces.of(RunningTransactions.innermost());
  }

  /**
   * What to call the pool in messages.
   *
   * @return its path
   */
  public String name() {
    return transactions.heap().medium().name();
  }

  TypeTable types() {
    return types;
  }

  HandleTable handles() {
    return handles;
  }

  /**
   * The number of live handles.
   *
   * @return an estimate
   */
  public long handleCount() {
    return handles.size();
  }

  // ---- transactions of one operation

  /**
   * Runs a read in the thread's transaction, or in a view of its own.
   *
   * @param <R> the result's type
   * @param body what to do
   * @return its result
   */
  public <R extends @Nullable Object> R read(Supplier<R> body) {
    if (transactions.current() != null) {
      return body.get();
    }
    View view = transactions.beginView();
    try {
      return body.get();
    } catch (InternalError e) {
      throw transactions.fault(e);
    } finally {
      transactions.end(view);
    }
  }

  /**
   * Runs a change in the thread's update, or in an update of its own.
   *
   * @param <R> the result's type
   * @param body what to do
   * @return its result
   * @throws ReadOnlyPoolException inside a view
   */
  public <R extends @Nullable Object> R write(Supplier<R> body) {
    if (transactions.current() instanceof Update update) {
      update.checkUsable();
      return body.get();
    }
    Update update = transactions.beginUpdate();
    try {
      R result = body.get();
      transactions.commit(update);
      return result;
    } catch (InternalError e) {
      throw transactions.fault(e);
    } finally {
      transactions.abort(update);
    }
  }

  private Update currentUpdate() {
    Tx tx = transactions.current();
    if (tx instanceof Update update) {
      return update;
    }
    throw new IllegalStateException("not inside an update");
  }

  // ---- words and fields

  /**
   * Reads the word of an object that holds a field.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the word
   */
  public long word(long object, int fieldOffset) {
    Tx tx = transactions.current();
    try {
      return tx != null
          ? tx.word(object, fieldOffset & WORD_MASK)
          : transactions.latestWord(object, fieldOffset & WORD_MASK);
    } catch (UncommittedObjectException e) {
      return plainWord(object, fieldOffset);
    } catch (InternalError e) {
      throw transactions.fault(e);
    }
  }

  /** The field of an object that another thread's update is storing: its plain value, in place. */
  private long plainWord(long object, int fieldOffset) {
    return PlainFields.read(plain(object), fieldOffset).bits() << shift(fieldOffset);
  }

  private PersistentObject plain(long object) {
    PersistentObject plain = handles.findPlain(object);
    if (plain == null) {
      throw new CorruptPoolException(name() + ": nothing is stored at " + object);
    }
    return plain;
  }

  private static int shift(int fieldOffset) {
    return (fieldOffset & ~WORD_MASK) * Byte.SIZE;
  }

  /**
   * Writes a primitive field.
   *
   * @param object the object
   * @param fieldOffset the field
   * @param bytes its size: 1, 2, 4 or 8
   * @param bits its value in the low bits
   */
  public void putBits(long object, int fieldOffset, int bytes, long bits) {
    if (transactions.current() instanceof Update update) {
      putBits(update, object, fieldOffset, bytes, bits);
    } else {
      write(
          () -> {
            putBits(currentUpdate(), object, fieldOffset, bytes, bits);
            return true;
          });
    }
  }

  void putBits(Update update, long object, int fieldOffset, int bytes, long bits) {
    long[] words = writable(update, object);
    long mask = bytes == Long.BYTES ? -1 : (1L << (bytes * Byte.SIZE)) - 1;
    int shift = shift(fieldOffset);
    int at = fieldOffset >> 3;
    words[at] = (words[at] & ~(mask << shift)) | ((bits & mask) << shift);
  }

  /** The update's copy of an object. */
  private long[] writable(Update update, long object) {
    long[] words = update.ownWords(object);
    return words != null ? words : update.copy(object, sizeOf(update, object));
  }

  // ---- references and values

  /**
   * Reads a reference field.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the value, or the handle of the object referred to, or {@code null}
   */
  public @Nullable Object getReference(long object, int fieldOffset) {
    while (true) {
      try {
        return storedReference(object, fieldOffset);
      } catch (UncommittedObjectException e) {
        Object reference = PlainFields.read(plain(object), fieldOffset).reference();
        VarHandle.loadLoadFence();
        // A commit clears the plain reference fields once the object has a version.
        if (transactions.heap().versionAcquire(object) == 0) {
          return reference;
        }
      } catch (InternalError e) {
        throw transactions.fault(e);
      }
    }
  }

  private @Nullable Object storedReference(long object, int fieldOffset) {
    Tx tx = transactions.current();
    if (tx != null) {
      return decode(tx, tx.word(object, fieldOffset));
    }
    while (true) {
      try (View view = transactions.openView()) {
        return decode(view, view.word(object, fieldOffset));
      } catch (StaleTransactionException e) {
        // The object was stored since this view began; the next view sees it, unless its version
        // is one that the commit in progress, if there is one, does not make true.
        long _ = transactions.latestWord(object, fieldOffset);
        if (transactions.heap().versionAcquire(object) > transactions.published() + 1) {
          throw e;
        }
      }
    }
  }

  /** What a slot holds, as the transaction sees it. */
  @Nullable Object decode(Tx tx, long slot) {
    return switch (SlotFormat.tag(slot)) {
      case SlotFormat.POINTER -> slot == 0 ? null : decodeObject(tx, slot);
      case SlotFormat.STRING -> Strings.fromSlot(slot);
      case SlotFormat.SMALL, SlotFormat.LONG -> Scalars.fromSlot(slot);
      default ->
          throw new CorruptPoolException(
              "%s: a slot holds %016x, which has no meaning".formatted(name(), slot));
    };
  }

  private Object decodeObject(Tx tx, long object) {
    try {
      int classId = classId(tx, object);
      return switch (classId) {
        case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 -> Strings.read(tx, object, classId);
        case ClassIds.LONG -> tx.word(object, NumberFormat.VALUE);
        case ClassIds.DOUBLE -> Double.longBitsToDouble(tx.word(object, NumberFormat.VALUE));
        default -> handle(types.byId(classId, object), object);
      };
    } catch (UncommittedObjectException | StaleTransactionException e) {
      // What a transaction sees refers only to what it sees too.
      throw nothingAt(object, e);
    }
  }

  private CorruptPoolException nothingAt(long object, RuntimeException cause) {
    return new CorruptPoolException(
        "%s: a reference leads to %d, where no object is".formatted(name(), object), cause);
  }

  private PersistentObject handle(Type type, long object) {
    PersistentObject prototype = type.prototype(loader);
    return type.setsUpHandles()
        ? handles.getAndSetUp(object, () -> prototype.$basalt$handle(this, object))
        : handles.get(object, () -> prototype.$basalt$handle(this, object));
  }

  private static int classId(Tx tx, long object) {
    return (int) tx.word(object, ObjectFormat.CLASS_ID);
  }

  /**
   * Writes a reference field. A plain object is stored with everything that it reaches.
   *
   * @param object the object
   * @param fieldOffset the field
   * @param value the value, a handle, a plain object or {@code null}
   */
  public void putReference(long object, int fieldOffset, @Nullable Object value) {
    if (transactions.current() instanceof Update update) {
      putReference(update, object, fieldOffset, value);
    } else {
      write(
          () -> {
            putReference(currentUpdate(), object, fieldOffset, value);
            return true;
          });
    }
  }

  void putReference(Update update, long object, int fieldOffset, @Nullable Object value) {
    putSlot(update, object, fieldOffset, encode(update, value));
  }

  /** Sets a slot and counts the references that come and go. */
  private void putSlot(Update update, long object, int fieldOffset, long slot) {
    long[] words = writable(update, object);
    long old = words[fieldOffset >> 3];
    words[fieldOffset >> 3] = slot;
    if (SlotFormat.isPointer(slot)) {
      update.changeCount(slot, 1);
    }
    if (SlotFormat.isPointer(old)) {
      update.changeCount(old, -1);
    }
  }

  /** The slot of a value; stores what is not in the pool yet. */
  private long encode(Update update, @Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case String string -> Strings.encode(update, string);
      case PersistentObject object -> encodeObject(update, object);
      default -> {
        long slot = Scalars.encode(update, value);
        if (slot == 0) {
          throw Prototypes.notStorable(value.getClass());
        }
        yield slot;
      }
    };
  }

  private long encodeObject(Update update, PersistentObject object) {
    ObjectSpace owner = object.$basalt$space();
    if (owner == this) {
      return object.$basalt$offset();
    }
    if (owner != null) {
      throw new CrossPoolReferenceException(
          "an object of class %s in %s cannot be referred to from %s; copy it"
              .formatted(object.getClass().getName(), owner.name(), name()));
    }
    return Promotion.of(this, update).promote(object);
  }

  // ---- structures: objects that collections lay out by hand

  /**
   * Creates an object of a hand-made layout, of zeroes; inside an update.
   *
   * @param layout its layout
   * @return the object
   */
  public long create(Layout layout) {
    Update update = currentUpdate();
    Type type = types.of(layout);
    ShapeCheck.check(type.layout(), layout);
    Promotion.of(this, update).need(type);
    return update.create(type.id(), layout.size());
  }

  /**
   * Creates an array of empty slots; inside an update.
   *
   * @param length how many
   * @return the object
   */
  public long createSlots(int length) {
    Update update = currentUpdate();
    long object = update.create(ClassIds.SLOTS, SlotsFormat.size(length));
    putBits(update, object, SlotsFormat.LENGTH, Integer.BYTES, length);
    return object;
  }

  /**
   * The number of slots of an array; inside a transaction.
   *
   * @param slots what {@link #createSlots} returned
   * @return how many
   */
  public int slotsLength(long slots) {
    return (int) currentTx().word(slots, SlotsFormat.LENGTH);
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

  /**
   * Where a slot of an array lies that {@link #createSlots} has made.
   *
   * @param index the slot's index
   * @return bytes from the array's start
   */
  public static int slotAt(int index) {
    return SlotsFormat.slot(index);
  }

  /**
   * Whether the running transaction sees an object. It does not if another thread's update is only
   * about to store the object, or has stored it since this transaction's snapshot.
   *
   * @param object the object
   * @return whether it is there
   */
  public boolean isVisible(long object) {
    try {
      long _ = currentTx().word(object, ObjectFormat.VERSION);
      return true;
    } catch (UncommittedObjectException | StaleTransactionException e) {
      return false;
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
    try {
      return currentTx().word(object, fieldOffset);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
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
    putSlot(currentUpdate(), object, fieldOffset, slot);
  }

  /**
   * What a slot holds; inside a transaction.
   *
   * @param slot the slot
   * @return the value, the handle, or {@code null}
   */
  public @Nullable Object value(long slot) {
    return decode(currentTx(), slot);
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
    long inSlot = Scalars.inSlot(value);
    if (inSlot != 0) {
      return slot == inSlot || (value instanceof Float && value.equals(value(slot)));
    }
    Tx tx = currentTx();
    if (value instanceof String string && SlotFormat.isPointer(slot)) {
      return holdsString(tx, slot, string);
    }
    if (value instanceof PersistentObject object
        && object.$basalt$space() == this
        && object.$basalt$offset() == slot) {
      return true;
    }
    return value.equals(decode(tx, slot));
  }

  private boolean holdsString(Tx tx, long object, String string) {
    try {
      int classId = classId(tx, object);
      return (classId == ClassIds.STRING_LATIN1 || classId == ClassIds.STRING_UTF16)
          && Strings.matches(tx, object, classId, string);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
    }
  }

  private Tx currentTx() {
    Tx tx = transactions.current();
    if (tx == null) {
      throw new IllegalStateException("not inside a transaction");
    }
    return tx;
  }

  // ---- what an object consists of

  /** The bytes of an object. */
  long sizeOf(Tx tx, long object) {
    int classId = classId(tx, object);
    return switch (classId) {
      case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 ->
          BytesFormat.size(tx.word(object, BytesFormat.LENGTH) & 0xFFFF_FFFFL);
      case ClassIds.LONG, ClassIds.DOUBLE -> NumberFormat.SIZE;
      case ClassIds.SLOTS -> SlotsFormat.size((int) tx.word(object, SlotsFormat.LENGTH));
      case ClassIds.TYPE_RECORD ->
          TypeRecordFormat.TEXT + (tx.word(object, TypeRecordFormat.DESCRIBED_ID) >>> Integer.SIZE);
      case ClassIds.LIMBO_NODE -> LimboNodeFormat.SIZE;
      default -> types.byId(classId, object).layout().size();
    };
  }

  /** Takes the references in an object. */
  interface PointerVisitor {
    void visit(long target);
  }

  /** Visits the counted references from an object. */
  void forEachPointer(Tx tx, long object, PointerVisitor visitor) {
    int classId = classId(tx, object);
    if (classId == ClassIds.SLOTS) {
      int length = (int) tx.word(object, SlotsFormat.LENGTH);
      for (int i = 0; i < length; i++) {
        visitSlot(tx.word(object, SlotsFormat.slot(i)), visitor);
      }
    } else if (classId >= ClassIds.FIRST_TYPE) {
      for (int offset : types.byId(classId, object).referenceOffsets()) {
        visitSlot(tx.word(object, offset), visitor);
      }
    }
  }

  private static void visitSlot(long slot, PointerVisitor visitor) {
    if (SlotFormat.isPointer(slot)) {
      visitor.visit(slot);
    }
  }
}

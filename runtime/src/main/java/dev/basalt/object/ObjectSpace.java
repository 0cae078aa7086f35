package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.NotEnhancedException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.medium.Mapping;
import dev.basalt.memory.Heap;
import dev.basalt.tx.Pending;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;
import dev.basalt.tx.View;
import java.lang.ref.Reference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one open pool. Reading and writing a field goes to the calling thread's
 * transaction; if it has none, a read is a snapshot and a write an update of its own.
 *
 * <p>A field is read as part of the 8-byte word that holds it, so there is one protocol for all
 * types. Safe for use by any number of threads.
 */
@SuppressWarnings("exports") // rewritten classes treat a space as opaque
public final class ObjectSpace {
  private static final int WORD_MASK = -Long.BYTES;

  /** A version that no object has. */
  private static final long IMPOSSIBLE = -1;

  private final TransactionManager transactions;
  private final Object owner;
  private final Mapping memory;
  private final Mapping.SlowRead latestWords;
  private final ClassNames names;
  private final TypeTable types;
  private final Transit transit;
  private final HandleTable handles = new HandleTable();
  private final Values values;
  private final Contents contents;
  private final WeakReferences weakReferences;

  /**
   * Opens the objects of a pool.
   *
   * @param transactions the pool's transactions
   * @param options what the program has said about its classes
   * @param owner the pool
   */
  @SuppressWarnings("exports") // for the public package; rewritten classes treat a space as opaque
  public ObjectSpace(TransactionManager transactions, Options options, Object owner) {
    this.transactions = transactions;
    this.owner = owner;
    this.memory = transactions.heap().memory();
    this.latestWords = transactions.latestWords();
    this.names = new ClassNames(options.loader, options.classes);
    this.types = new TypeTable(transactions.heap());
    this.transit = new Transit(this);
    this.contents = new Contents(name(), types);
    this.weakReferences = new WeakReferences(this);
    this.values = new Values(this, types, handles, names, options.codecs);
    transactions.setObjects(this, contents::sizeOf);
  }

  /**
   * What a program says about the classes of its objects.
   *
   * @param loader finds the classes of stored objects
   * @param classes classes that may have had other names
   * @param codecs turn values of the program's own types into bytes
   */
  public record Options(ClassLoader loader, List<Class<?>> classes, List<ValueCodec> codecs) {}

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

  ClassNames names() {
    return names;
  }

  Transit transit() {
    return transit;
  }

  Values values() {
    return values;
  }

  Contents contents() {
    return contents;
  }

  /**
   * The pool's weak references.
   *
   * @return they all
   */
  public WeakReferences weakReferences() {
    return weakReferences;
  }

  /**
   * Takes note of a class that the program has: classes that were renamed are found from it.
   *
   * @param type any class
   */
  public void addClass(Class<?> type) {
    names.add(type);
  }

  /**
   * The class that a stored name means now.
   *
   * @param stored the name, of today or of earlier
   * @return the class
   * @throws dev.basalt.error.SchemaException if the program has none
   */
  public Class<?> classNamed(String stored) {
    return names.need(stored);
  }

  /**
   * The number of live handles.
   *
   * @return an estimate
   */
  public long handleCount() {
    return handles.size();
  }

  /**
   * Has the objects of all handles noted, and of those that will be made until {@link
   * #stopNotingHandles}.
   *
   * @param notes takes them
   */
  public void noteHandles(HandleNotes notes) {
    handles.noteAll(notes);
  }

  /** Ends what {@link #noteHandles} began. */
  public void stopNotingHandles() {
    handles.stopNotes();
  }

  /**
   * Whether an object has a live handle.
   *
   * @param object the object
   * @return whether the program may have it in hand
   */
  public boolean hasHandle(long object) {
    return handles.hasHandle(object);
  }

  // ---- transactions of one operation

  /**
   * The space of the innermost transaction that the calling thread is in.
   *
   * @return the space, or {@code null} if the thread has no transaction
   */
  public static @Nullable ObjectSpace inUse() {
    Tx tx = TransactionManager.innermost();
    return tx == null ? null : (ObjectSpace) tx.manager().owner();
  }

  /**
   * The calling thread's transaction in this pool, to compare with what was answered before.
   *
   * @return what is different for each transaction, or {@code null} outside
   */
  public @Nullable Object transaction() {
    return transactions.current();
  }

  /**
   * Runs a read in the thread's transaction, or in a view of its own.
   *
   * @param <R> the result's type
   * @param body what to do
   * @return its result
   */
  public <R extends @Nullable Object> R read(Supplier<R> body) {
    try {
      return transactions.current() != null ? body.get() : transactions.view(body::get);
    } finally {
      Reference.reachabilityFence(body); // and so the handle that it works on
    }
  }

  /**
   * Runs a change in the thread's update, or in an update of its own.
   *
   * @param <R> the result's type
   * @param body what to do; runs again after a conflict
   * @return its result
   * @throws ReadOnlyPoolException inside a view
   */
  public <R extends @Nullable Object> R write(Supplier<R> body) {
    try {
      return transactions.current() instanceof Update ? body.get() : transactions.update(body::get);
    } finally {
      Reference.reachabilityFence(body); // and so the handle that it works on
    }
  }

  Update currentUpdate() {
    Tx tx = transactions.current();
    if (tx instanceof Update update) {
      return update;
    }
    throw new IllegalStateException("not inside an update");
  }

  // ---- words and fields

  /**
   * Reads the word that holds a field of a handle.
   *
   * @param self the handle
   * @param object its place, as the caller has read it
   * @param fieldOffset the field
   * @return the word
   */
  public long word(PersistentObject self, long object, int fieldOffset) {
    int at = fieldOffset & WORD_MASK;
    Tx tx = TransactionManager.innermost();
    try {
      if (tx == null) {
        return memory.latestWord(object, at, latestWords);
      }
      return tx.readsInPlace(this, object, at)
          ? memory.wordAt(object, at, tx.version(), tx)
          : wordIn(transactions.amongThose(tx), object, at);
    } catch (UncommittedObjectException e) {
      return transit.word(self, fieldOffset);
    } catch (InternalError e) {
      throw transactions.faults().of(e, object, (long) at + Long.BYTES);
    }
  }

  private long wordIn(@Nullable Tx tx, long object, int wordOffset) {
    return tx == null
        ? memory.latestWord(object, wordOffset, latestWords)
        : tx.word(object, wordOffset);
  }

  /**
   * Reads the word of an object that holds a field.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the word
   */
  public long word(long object, int fieldOffset) {
    verify(object, fieldOffset);
    try {
      return wordIn(transactions.current(), object, fieldOffset & WORD_MASK);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
    } catch (InternalError e) {
      throw transactions.faults().of(e, object, (long) (fieldOffset & WORD_MASK) + Long.BYTES);
    }
  }

  static int shift(int fieldOffset) {
    return (fieldOffset & ~WORD_MASK) * Byte.SIZE;
  }

  /**
   * Reads an {@code int} of an object.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the value
   */
  public int getInt(long object, int fieldOffset) {
    return (int) (word(object, fieldOffset) >>> shift(fieldOffset));
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
      putBits(currentUpdate(), object, fieldOffset, Integer.BYTES, value);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
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
      putBits(currentUpdate(), object, fieldOffset, Long.BYTES, value);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
    }
  }

  /**
   * Writes a primitive field of a handle.
   *
   * @param self the handle
   * @param object its place, as the caller has read it
   * @param fieldOffset the field
   * @param bytes its size: 1, 2, 4 or 8
   * @param bits its value in the low bits
   */
  public void putBits(PersistentObject self, long object, int fieldOffset, int bytes, long bits) {
    if (transactions.current() instanceof Update update) {
      putBitsOf(self, update, object, fieldOffset, bytes, bits);
    } else {
      boolean _ =
          transactions.update(
              () -> {
                putBitsOf(self, currentUpdate(), object, fieldOffset, bytes, bits);
                return true;
              });
    }
  }

  private void putBitsOf(
      PersistentObject self, Update update, long object, int fieldOffset, int bytes, long bits) {
    try {
      putBits(update, transit.writable(update, self, object), fieldOffset, bytes, bits);
    } catch (UncommittedObjectException e) {
      throw transit.beingStored(update, self);
    }
  }

  void putBits(Update update, long object, int fieldOffset, int bytes, long bits) {
    int at = fieldOffset & WORD_MASK;
    if (bytes == Long.BYTES) {
      update.putWord(object, at, bits);
      return;
    }
    long mask = (1L << (bytes * Byte.SIZE)) - 1;
    int shift = shift(fieldOffset);
    update.putWord(
        object, at, (update.word(object, at) & ~(mask << shift)) | ((bits & mask) << shift));
  }

  // ---- references and values

  /**
   * Reads a reference field of a handle.
   *
   * @param self the handle
   * @param object its place, as the caller has read it
   * @param fieldOffset the field
   * @return the value, or the handle of the object referred to, or {@code null}
   */
  public @Nullable Object getReference(PersistentObject self, long object, int fieldOffset) {
    try {
      return reference(object, fieldOffset);
    } catch (UncommittedObjectException e) {
      return transit.reference(self, fieldOffset);
    }
  }

  /**
   * Reads a reference of an object.
   *
   * @param object the object
   * @param fieldOffset the field
   * @return the value, or the handle of the object referred to, or {@code null}
   */
  public @Nullable Object getReference(long object, int fieldOffset) {
    verify(object, fieldOffset);
    try {
      return reference(object, fieldOffset);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
    }
  }

  private @Nullable Object reference(long object, int fieldOffset) {
    Tx tx = transactions.current();
    try {
      return tx != null
          ? values.decode(tx, tx.word(object, fieldOffset), 0)
          : latestReference(object, fieldOffset);
    } catch (InternalError e) {
      throw transactions.faults().of(e, object, (long) (fieldOffset & WORD_MASK) + Long.BYTES);
    }
  }

  /** In a view of its own, which lasts until the handle exists. */
  private @Nullable Object latestReference(long object, int fieldOffset) {
    while (true) {
      try (View view = transactions.openView()) {
        return values.decode(view, view.word(object, fieldOffset), 0);
      } catch (StaleTransactionException e) {
        // The object was stored since this view began; the next view sees it.
        transactions.faults().checkNotAhead(object, transactions.heap().versionAcquire(object));
      }
    }
  }

  /**
   * Whether the calling thread is to work on an object in the pool; if not, on its plain state,
   * because another thread's update is only about to store it.
   *
   * @param handle an object that belongs to this space
   * @return whether it sees the object in the pool
   */
  public boolean sees(PersistentObject handle) {
    return transit.sees(handle);
  }

  /** The place of a handle's object, to which an update is about to refer. */
  long referable(Update update, PersistentObject handle) {
    update.pin(handle);
    return transit.writable(update, handle, handle.$basalt$offset());
  }

  /**
   * Where the calling thread's transaction has a handle's object.
   *
   * @param handle the handle
   * @return the object
   */
  public long place(PersistentObject handle) {
    long offset = handle.$basalt$offset();
    return Pending.is(offset) ? transit.own(currentUpdate(), offset) : offset;
  }

  CorruptPoolException nothingAt(long object, RuntimeException cause) {
    return new CorruptPoolException(
        "%s: a reference leads to %d, where no object is".formatted(name(), object), cause);
  }

  CorruptPoolException noObjectAt(long object) {
    return new CorruptPoolException(
        "%s: a reference leads to %d, where no object can be".formatted(name(), object));
  }

  private static int classId(Tx tx, long object) {
    return (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
  }

  /**
   * Writes a reference field of a handle. A plain object is stored with everything that it reaches.
   *
   * @param self the handle
   * @param object its place, as the caller has read it
   * @param fieldOffset the field
   * @param value the value, a handle, a plain object or {@code null}
   */
  public void putReference(
      PersistentObject self, long object, int fieldOffset, @Nullable Object value) {
    if (transactions.current() instanceof Update update) {
      putReferenceOf(self, update, object, fieldOffset, value);
    } else {
      boolean _ =
          transactions.update(
              () -> {
                putReferenceOf(self, currentUpdate(), object, fieldOffset, value);
                return true;
              });
    }
  }

  private void putReferenceOf(
      PersistentObject self, Update update, long object, int fieldOffset, @Nullable Object value) {
    try {
      putReference(update, transit.writable(update, self, object), fieldOffset, value);
    } catch (UncommittedObjectException e) {
      throw transit.beingStored(update, self);
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
      putReference(currentUpdate(), object, fieldOffset, value);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
    }
  }

  void putReference(Update update, long object, int fieldOffset, @Nullable Object value) {
    if (value != null
        && value.getClass().isArray()
        && LoadedArrays.of(update).isLoaded(update.word(object, fieldOffset), value)) {
      return; // the array is this field's; its changes are found at the commit
    }
    try {
      long slot =
          types.anyWeak() && isWeak(update, object, fieldOffset)
              ? weakReferences.encode(update, value)
              : values.encode(update, value, 0);
      if (value instanceof Collection || value instanceof Map) {
        checkFits(update, object, fieldOffset, value);
      }
      putSlot(update, object, fieldOffset, slot);
    } catch (UnsupportedTypeException | NotEnhancedException | CrossPoolReferenceException e) {
      throw Refusal.in(place(update, object, fieldOffset), e);
    }
  }

  private boolean isWeak(Tx tx, long object, int fieldOffset) {
    Type type = types.find(classId(tx, object));
    return type != null && type.isWeak(fieldOffset);
  }

  /** A persistent collection does not implement all that the JDK's does, whose place it takes. */
  private void checkFits(Update update, long object, int fieldOffset, Object value) {
    PersistentObject made = Promotion.of(this, update).converted(value);
    if (made == null) {
      return; // a program's own collection, or one with a codec
    }
    Layout.Field field = fieldAt(update, object, fieldOffset);
    Class<?> type = field == null ? null : names.find(field.type());
    if (type != null && !type.isInstance(made)) {
      throw new UnsupportedTypeException(
          "a %s cannot be stored here: it becomes a %s, which is no %s; declare the field as a List,"
                  .formatted(value.getClass().getName(), made.getClass().getName(), type.getName())
              + " Set, Map or another of their interfaces");
    }
  }

  /** The field at a place of an object, or null if the object has no fields of a program. */
  private Layout.@Nullable Field fieldAt(Tx tx, long object, int fieldOffset) {
    Type type = types.find(classId(tx, object));
    if (type != null && type.shape() instanceof Shape.ClassShape(Layout layout)) {
      for (Layout.Field field : layout.fields()) {
        if (field.offset() == fieldOffset) {
          return field;
        }
      }
    }
    return null;
  }

  /** What a program calls the place of a reference. */
  private String place(Tx tx, long object, int fieldOffset) {
    Layout.Field field = fieldAt(tx, object, fieldOffset);
    return field == null
        ? "an element of a collection, or a root"
        : field.declaringClass() + "." + field.name();
  }

  /** Sets a slot and counts the references that come and go. */
  void putSlot(Update update, long object, int fieldOffset, long slot) {
    long old = update.word(object, fieldOffset);
    update.putWord(object, fieldOffset, slot);
    Values.count(update, slot, 1);
    Values.count(update, old, -1);
  }

  // ---- structures: objects that collections lay out by hand

  /** Structures have no handle, so each access is one that follows a based pointer. */
  private void verify(long object, int fieldOffset) {
    if (Pending.is(object)) {
      return;
    }
    if (!SlotFormat.isPointer(object)) {
      throw noObjectAt(object);
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
    Update update = currentUpdate();
    Type type = types.of(layout);
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
    try {
      return (int) currentTx().constantWord(slots, SlotsFormat.LENGTH);
    } catch (UncommittedObjectException e) {
      throw nothingAt(slots, e);
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
      return classId(currentTx(), object) == ClassIds.SLOTS;
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
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
   * Reads a slot as it is; inside a transaction.
   *
   * @param object the object
   * @param fieldOffset the slot
   * @return the slot
   */
  public long slot(long object, int fieldOffset) {
    verify(object, fieldOffset);
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
    verify(object, fieldOffset);
    try {
      putSlot(currentUpdate(), object, fieldOffset, slot);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
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
    Update update = currentUpdate();
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
      throw nothingAt(from, e);
    }
  }

  /**
   * What a slot holds; inside a transaction.
   *
   * @param slot the slot
   * @return the value, the handle, or {@code null}
   */
  public @Nullable Object value(long slot) {
    return values.decode(currentTx(), slot, 0);
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
          "%s: the object at %d has a version that no commit has".formatted(name(), slot));
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
    Tx tx = currentTx();
    if (value instanceof String string && SlotFormat.isPointer(slot)) {
      return holdsString(tx, slot, string);
    }
    if (value instanceof UUID uuid && SlotFormat.isPointer(slot)) {
      return holdsUuid(tx, slot, uuid);
    }
    if (value instanceof PersistentObject object
        && object.$basalt$space() == this
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
    return new NaturalOrder(this, currentTx(), key);
  }

  /**
   * The nodes of a structure as the calling thread's transaction sees them; inside a transaction.
   *
   * @param layout their layout
   * @return a view of them, to be used in this transaction
   */
  public NodeWords nodes(Layout layout) {
    return new NodeWords(this, currentTx(), layout);
  }

  private boolean holdsUuid(Tx tx, long object, UUID uuid) {
    try {
      return classId(tx, object) == ClassIds.VALUE
          && ByteValues.isUuid(tx, object)
          && ByteValues.uuid(tx, object).equals(uuid);
    } catch (UncommittedObjectException e) {
      throw nothingAt(object, e);
    }
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

  Tx currentTx() {
    Tx tx = transactions.current();
    if (tx == null) {
      throw new IllegalStateException("not inside a transaction");
    }
    return tx;
  }
}

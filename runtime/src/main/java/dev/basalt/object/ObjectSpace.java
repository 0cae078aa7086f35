package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.error.StaleTransactionException;
import dev.basalt.format.ObjectFormat;
import dev.basalt.medium.ObjectWords;
import dev.basalt.tx.LatestWords;
import dev.basalt.tx.Pending;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;
import dev.basalt.tx.View;
import java.lang.ref.Reference;
import java.util.List;
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

  private final TransactionManager transactions;
  private final Object owner;
  private final long key;
  private final ObjectWords memory;

  /** The memory while no thread needs to look for its transaction; read plainly. */
  private @Nullable ObjectWords idleMemory;

  private final LatestWords latestWords;
  private final ClassNames names;
  private final TypeTable types;
  private final Transit transit;
  private final HandleTable handles = new HandleTable();
  private final Values values;
  private final Contents contents;
  private final WeakReferences weakReferences;
  private final References references;
  private final Structures structures;

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
    this.key = transactions.key();
    this.memory = transactions.heap().memory();
    this.latestWords = transactions.latestWords();
    this.names = new ClassNames(options.loader, options.classes);
    this.types = new TypeTable(transactions.heap());
    this.transit = new Transit(this);
    this.contents = new Contents(name(), types);
    this.weakReferences = new WeakReferences(this);
    this.values = new Values(this, types, handles, names, options.codecs);
    this.references = new References(this);
    this.structures = new Structures(this);
    transactions.setObjects(this, contents::sizeOf, idle -> idleMemory = idle ? memory : null);
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

  References references() {
    return references;
  }

  /**
   * The objects that collections lay out by hand.
   *
   * @return the structures
   */
  public Structures structures() {
    return structures;
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
   * <p>Most words are read in place: outside transactions, in views, and in updates that have read
   * the object before. That part is small, and whatever else may be needed is read again from the
   * handle: it is part of every loop over objects, and what it keeps for the rare cases takes
   * registers from the program.
   *
   * @param self the handle
   * @param object its place, as the caller has read it
   * @param fieldOffset the field
   * @return the word
   */
  public long word(PersistentObject self, long object, int fieldOffset) {
    int at = fieldOffset & WORD_MASK;
    try {
      ObjectWords words = idleMemory;
      if (words == null) {
        long threadId = Thread.currentThread().threadId();
        Tx tx = TransactionManager.first(threadId);
        if (tx != null) {
          if (!tx.readsInPlace(key + threadId, object, at)) {
            return wordIn(transactions.current(), object, at);
          }
          if (object >= 0) {
            long place = tx.place(object);
            long word = ObjectWords.load(place, at);
            if (ObjectWords.isUpTo(place, tx.version())) {
              return word;
            }
          }
          return transit.word(self, fieldOffset);
        }
        words = memory;
      }
      if (object >= 0) {
        long place = words.place(object);
        long word = ObjectWords.load(place, at);
        if (ObjectWords.isPresent(place)) {
          return word;
        }
      }
      return transit.word(self, fieldOffset);
    } catch (UncommittedObjectException e) {
      return transit.word(self, fieldOffset);
    } catch (InternalError e) {
      throw transactions.faults().of(e, self.$basalt$offset(), (long) at + Long.BYTES);
    }
  }

  long wordIn(@Nullable Tx tx, long object, int wordOffset) {
    return tx == null ? latestWords.word(object, wordOffset) : tx.word(object, wordOffset);
  }

  static int shift(int fieldOffset) {
    return (fieldOffset & ~WORD_MASK) * Byte.SIZE;
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

  @Nullable Object reference(long object, int fieldOffset) {
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

  static int classId(Tx tx, long object) {
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
      references.put(update, transit.writable(update, self, object), fieldOffset, value);
    } catch (UncommittedObjectException e) {
      throw transit.beingStored(update, self);
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

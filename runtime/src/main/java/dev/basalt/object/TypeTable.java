package dev.basalt.object;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.memory.Heap;
import dev.basalt.tx.Update;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The types that a pool knows. A type gets its id in memory when it is first needed; its record is
 * written by the first commit that stores something of it. An abort leaves the id unused.
 *
 * <p>A class has as many types as the pool holds shapes of it; more than one only until {@link
 * Migration} has brought all its objects to the shape of today.
 */
final class TypeTable {
  /** More types than any program has; a damaged id must not become a huge array. */
  private static final int TYPES_MAX = 1 << 20;

  private final Heap heap;
  private final long headAt;

  /** Whether an update is adding records. */
  private final AtomicBoolean recording = new AtomicBoolean();

  private final ConcurrentHashMap<Shape, Type> byShape = new ConcurrentHashMap<>();

  /** The type of a class by the class's name, once its objects have been stored or read. */
  private final ConcurrentHashMap<String, Type> current = new ConcurrentHashMap<>();

  /** Index is the class id minus {@link ClassIds#FIRST_TYPE}. Replaced, never changed. */
  private volatile @Nullable Type[] byId = new Type[0];

  /** Whether a type has weak references; set before the type can be found, and stays. */
  private volatile boolean anyWeak;

  TypeTable(Heap heap) {
    this.heap = heap;
    this.headAt = heap.heapOffset() + PoolHeaderFormat.TYPE_TABLE;
    for (long record = first(); record != 0; record = next(record)) {
      add(readRecord(record));
    }
  }

  private long first() {
    heap.verify(headAt, Long.BYTES);
    return heap.getLong(headAt);
  }

  private long next(long record) {
    return heap.getLong(record + TypeRecordFormat.NEXT);
  }

  private Type readRecord(long record) {
    String pool = heap.medium().name();
    if (record % SizeClasses.GRANULE != 0) {
      throw new CorruptPoolException("%s: no type record can lie at %d".formatted(pool, record));
    }
    heap.verify(record, TypeRecordFormat.TEXT);
    int id = heap.getInt(record + TypeRecordFormat.DESCRIBED_ID);
    int length = heap.getInt(record + TypeRecordFormat.LENGTH);
    if (id < ClassIds.FIRST_TYPE
        || id - ClassIds.FIRST_TYPE >= TYPES_MAX
        || length < 0
        || length > heap.size() - record - TypeRecordFormat.TEXT
        || known(id) != null) {
      throw new CorruptPoolException(
          "%s: the type record at %d makes no sense (class id %d, length %d)"
              .formatted(pool, record, id, length));
    }
    heap.verify(record, (long) TypeRecordFormat.TEXT + length);
    byte[] text = new byte[length];
    heap.copyOut(record + TypeRecordFormat.TEXT, MemorySegment.ofArray(text));
    int crc = heap.getInt(record + TypeRecordFormat.CRC);
    if (crc != TypeRecordFormat.crc(id, text)) {
      throw new CorruptPoolException(
          "%s: the type record at %d is damaged (class id %d): checksum %08x, computed %08x"
              .formatted(pool, record, id, crc, TypeRecordFormat.crc(id, text)));
    }
    return new Type(id, TypeText.read(pool, new String(text, UTF_8)), true);
  }

  private @Nullable Type known(int id) {
    int index = id - ClassIds.FIRST_TYPE;
    return index >= 0 && index < byId.length ? byId[index] : null;
  }

  /** The type with an id, which an object's header holds. */
  Type byId(int id, long object) {
    Type type = known(id);
    if (type == null) {
      throw new CorruptPoolException(
          "%s: the object at %d has class id %d, which the type table does not have"
              .formatted(heap.medium().name(), object, id));
    }
    return type;
  }

  /** Whether an object of the pool can have weak references. */
  boolean anyWeak() {
    return anyWeak;
  }

  /** The type with an id, or {@code null}. */
  @Nullable Type find(int id) {
    return known(id);
  }

  /**
   * The type of a class, made known if it is new. It is refused if the pool still holds objects of
   * another shape of the class: those could then not be read beside the new ones.
   */
  Type of(Layout layout) {
    Type type = current.get(layout.name());
    if (type == null || !type.isOf(layout)) {
      type = byShape.get(new Shape.ClassShape(layout));
      if (type == null) {
        refuseOtherShapes(layout);
        type = of(new Shape.ClassShape(layout));
      }
      current.put(layout.name(), type);
    }
    return type;
  }

  private void refuseOtherShapes(Layout layout) {
    for (Type type : recorded()) {
      if (type.shape() instanceof Shape.ClassShape(Layout stored)
          && stored.name().equals(layout.name())) {
        throw ShapeChange.notMigrated(stored, layout);
      }
    }
  }

  /** The type of a shape, made known if it is new. */
  Type of(Shape shape) {
    Type type = byShape.get(shape);
    return type != null ? type : addNew(shape);
  }

  private synchronized Type addNew(Shape shape) {
    Type type = byShape.get(shape);
    if (type == null) {
      if (byId.length == TYPES_MAX) {
        throw new IllegalStateException("the type table has no more ids");
      }
      type = new Type(ClassIds.FIRST_TYPE + byId.length, shape, false);
      add(type);
    }
    return type;
  }

  private synchronized void add(Type type) {
    int index = type.id() - ClassIds.FIRST_TYPE;
    @Nullable Type[] longer = new Type[Math.max(byId.length, index + 1)];
    System.arraycopy(byId, 0, longer, 0, byId.length);
    longer[index] = type;
    anyWeak |= type.hasWeak();
    byId = longer;
    byShape.putIfAbsent(type.shape(), type);
  }

  /** Every type that has a record in the pool. */
  List<Type> recorded() {
    List<Type> types = new ArrayList<>();
    for (Type type : byId) {
      if (type != null && type.isRecorded()) {
        types.add(type);
      }
    }
    return types;
  }

  /** Whether the caller may add records until it calls {@link #endRecording}. */
  boolean startRecording() {
    return recording.compareAndSet(false, true);
  }

  void endRecording() {
    recording.set(false);
  }

  /** Creates the record of a type as part of an update that may. */
  void record(Update update, Type type) {
    byte[] text = TypeText.write(type.shape()).getBytes(UTF_8);
    NewObject record =
        NewObject.create(update, ClassIds.TYPE_RECORD, (long) TypeRecordFormat.TEXT + text.length)
            .putLong(TypeRecordFormat.NEXT, update.rawWord(headAt))
            .putInt(TypeRecordFormat.DESCRIBED_ID, type.id())
            .putInt(TypeRecordFormat.LENGTH, text.length)
            .putInt(TypeRecordFormat.CRC, TypeRecordFormat.crc(type.id(), text))
            .putBytes(TypeRecordFormat.TEXT, text);
    update.changeCount(record.offset(), 1);
    update.putRawWord(headAt, record.offset());
  }

  /**
   * Takes the record of a type out of the chain as part of an update that adds none. Nothing in the
   * pool has the type any more, or {@link #record} is about to describe it anew.
   */
  void unlink(Update update, Type type) {
    long linkAt = headAt;
    long record = update.rawWord(linkAt);
    while (record != 0 && heap.getInt(record + TypeRecordFormat.DESCRIBED_ID) != type.id()) {
      linkAt = record + TypeRecordFormat.NEXT;
      record = update.rawWord(linkAt);
    }
    if (record == 0) {
      throw new IllegalStateException("the type " + type.shape().name() + " has no record");
    }
    update.putRawWord(linkAt, update.rawWord(record + TypeRecordFormat.NEXT));
    update.changeCount(record, -1);
  }

  /** The commit that {@linkplain #unlink unlinked} a type is done: forgets or replaces it. */
  synchronized void replace(Type old, @Nullable Type by) {
    @Nullable Type[] types = byId.clone();
    types[old.id() - ClassIds.FIRST_TYPE] = by;
    anyWeak |= by != null && by.hasWeak();
    byId = types;
    byShape.remove(old.shape(), old);
    if (by != null) {
      byShape.putIfAbsent(by.shape(), by);
    }
    current.values().removeIf(type -> Objects.equals(type, old));
  }
}

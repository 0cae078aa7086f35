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
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a pool knows. A class gets its id in memory when it is first needed; its record
 * is written by the first commit that stores one of its objects. An abort leaves the id unused.
 */
final class TypeTable {
  /** More classes than any program has; a damaged id must not become a huge array. */
  private static final int TYPES_MAX = 1 << 20;

  private final Heap heap;
  private final long headAt;

  /** Whether an update is adding records. */
  private final AtomicBoolean recording = new AtomicBoolean();

  private final ConcurrentHashMap<String, Type> byName = new ConcurrentHashMap<>();

  /** Index is the class id minus {@link ClassIds#FIRST_TYPE}. Replaced, never changed. */
  private volatile @Nullable Type[] byId = new Type[0];

  TypeTable(Heap heap) {
    this.heap = heap;
    this.headAt = heap.heapOffset() + PoolHeaderFormat.TYPE_TABLE;
    long record = heap.getLong(headAt);
    while (record != 0) {
      add(readRecord(record));
      record = heap.getLong(record + TypeRecordFormat.NEXT);
    }
  }

  private Type readRecord(long record) {
    String pool = heap.medium().name();
    if (record % SizeClasses.GRANULE != 0) {
      throw new CorruptPoolException("%s: no type record can lie at %d".formatted(pool, record));
    }
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
    byte[] text = new byte[length];
    heap.copyOut(record + TypeRecordFormat.TEXT, nativeCopy(text));
    return new Type(id, LayoutText.read(pool, new String(text, UTF_8)), true);
  }

  private static MemorySegment nativeCopy(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
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

  /** The type of a class, made known if it is new. */
  Type of(Layout layout) {
    Type type = byName.get(layout.name());
    if (type == null) {
      type = addNew(layout);
    }
    return type;
  }

  private synchronized Type addNew(Layout layout) {
    Type type = byName.get(layout.name());
    if (type == null) {
      type = new Type(ClassIds.FIRST_TYPE + byId.length, layout, false);
      add(type);
    }
    return type;
  }

  private synchronized void add(Type type) {
    int index = type.id() - ClassIds.FIRST_TYPE;
    @Nullable Type[] longer = new Type[Math.max(byId.length, index + 1)];
    System.arraycopy(byId, 0, longer, 0, byId.length);
    longer[index] = type;
    byId = longer;
    byName.put(type.layout().name(), type);
  }

  /** Every type that has a record in the pool, for reports. */
  List<Type> recorded() {
    List<Type> types = new ArrayList<>();
    for (Type type : byId) {
      if (type != null && type.isRecorded()) {
        types.add(type);
      }
    }
    return types;
  }

  /** Names by class id, for reports. */
  Map<Integer, String> names() {
    Map<Integer, String> names = new HashMap<>();
    recorded().forEach(type -> names.put(type.id(), type.layout().name()));
    return names;
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
    byte[] text = LayoutText.write(type.layout()).getBytes(UTF_8);
    long record = update.create(ClassIds.TYPE_RECORD, (long) TypeRecordFormat.TEXT + text.length);
    long[] words = update.ownWords(record);
    if (words == null) {
      throw new AssertionError("a new object has words");
    }
    MemorySegment bytes = MemorySegment.ofArray(words);
    bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, TypeRecordFormat.NEXT, update.rawWord(headAt));
    bytes.set(ValueLayout.JAVA_INT_UNALIGNED, TypeRecordFormat.DESCRIBED_ID, type.id());
    bytes.set(ValueLayout.JAVA_INT_UNALIGNED, TypeRecordFormat.LENGTH, text.length);
    MemorySegment.copy(text, 0, bytes, ValueLayout.JAVA_BYTE, TypeRecordFormat.TEXT, text.length);
    update.changeCount(record, 1);
    update.putRawWord(headAt, record);
  }
}

package dev.basalt.object;

import dev.basalt.error.ConflictException;
import dev.basalt.memory.OffsetMap;
import dev.basalt.tx.Pending;
import dev.basalt.tx.Update;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Moves plain objects into the pool as part of one update, with everything that they reach.
 *
 * <p>An object becomes a handle at once, so that the rest of the update works on the pool's copy;
 * its plain fields keep the state that it had. If the update commits they are cleared, if it aborts
 * the object becomes plain again and has them. Objects are stored from a queue, not by recursion: a
 * list of a million elements needs no deep stack. Structures come last, because a hash map asks its
 * keys for their hash codes, and those read fields that must have been stored by then.
 */
final class Promotion implements Update.Listener {
  /** Two updates may meet a plain object at the same time; its monitor belongs to the program. */
  private static final Object[] CLAIMS =
      IntStream.range(0, 64).mapToObj(i -> new Object()).toArray();

  /** Most updates store one object, or a few. */
  private static final int TO_STORE = 2;

  private final ObjectSpace space;
  private final Update update;
  private final List<PersistentObject> promoted = new ArrayList<>();

  /** Pending number to true place. */
  private final OffsetMap places = new OffsetMap();

  private final ArrayDeque<PersistentObject> toStore = new ArrayDeque<>(TO_STORE);

  /** Those that have no record; most updates have none of these, and make no set for them. */
  private Set<Type> newTypes = Set.of();

  /** What JDK collections have become, so that one that is met again is the same again. */
  private Map<Object, PersistentObject> converted = Map.of();

  private boolean storing;
  private boolean recordsTypes;

  Promotion(ObjectSpace space, Update update) {
    this.space = space;
    this.update = update;
  }

  static Promotion of(ObjectSpace space, Update update) {
    if (update.listener() instanceof Promotion promotion) {
      return promotion;
    }
    Promotion promotion = new Promotion(space, update);
    update.setListener(promotion);
    return promotion;
  }

  /** Gives a plain object its place and returns it. */
  long promote(PersistentObject plain) {
    try {
      Layout layout = Prototypes.layoutOf(plain);
      Type type = space.types().of(layout);
      need(type);
      long object = update.create(type.id(), layout.size());
      claim(plain, object);
      if (plain instanceof PersistentStructure) {
        toStore.addLast(plain);
      } else {
        toStore.addFirst(plain);
      }
      storeQueued();
      return object;
    } catch (ConflictException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      update.doom(e instanceof RuntimeException failure ? failure : new IllegalStateException(e));
      throw e;
    }
  }

  /** Makes a plain object this update's, unless another thread was first. */
  private void claim(PersistentObject plain, long object) {
    long pending = Pending.next();
    synchronized (CLAIMS[System.identityHashCode(plain) % CLAIMS.length]) {
      if (plain.$basalt$space() != null) {
        throw space.transit().beingStored(update, plain);
      }
      plain.$basalt$bind(space, pending);
    }
    places.put(pending, object);
    promoted.add(plain);
    space.handles().put(object, plain);
  }

  /** The true place of an object that this update stores, or 0. */
  long placeOf(long pending) {
    return places.get(pending, 0);
  }

  private void storeQueued() {
    if (storing) {
      return;
    }
    storing = true;
    try {
      for (PersistentObject next = toStore.poll(); next != null; next = toStore.poll()) {
        next.$basalt$store(new ImageWriter(space, update, placeOf(next.$basalt$offset())));
      }
    } finally {
      storing = false;
    }
  }

  /** A type that objects of this update have; recorded with the commit if it is new. */
  void need(Type type) {
    if (!type.isRecorded()) {
      newTypes = newTypes.isEmpty() ? new LinkedHashSet<>() : newTypes;
      newTypes.add(type);
    }
  }

  /** What a JDK collection has become in this update. */
  @Nullable PersistentObject converted(Object collection) {
    return converted.get(collection);
  }

  /** A JDK collection becomes a persistent one. */
  void convert(Object collection, PersistentObject to) {
    converted = converted.isEmpty() ? new IdentityHashMap<>() : converted;
    converted.put(collection, to);
  }

  /** One update at a time may add to the type table, so that its head is this update's to write. */
  @Override
  public void beforeCommit() {
    LoadedArrays.storeChanges(space, space.values().arrays(), update);
    if (newTypes.isEmpty() || newTypes.stream().allMatch(Type::isRecorded)) {
      return;
    }
    recordsTypes = space.types().startRecording();
    if (!recordsTypes) {
      throw update.conflict("another update is adding classes to the type table");
    }
    for (Type type : newTypes) {
      if (!type.isRecorded()) {
        space.types().record(update, type);
      }
    }
  }

  private void releaseTypes() {
    if (recordsTypes) {
      recordsTypes = false;
      space.types().endRecording();
    }
  }

  /** The objects get their true places; nobody sees anything there yet. */
  @Override
  public void committing() {
    for (PersistentObject object : promoted) {
      object.$basalt$bind(space, placeOf(object.$basalt$offset()));
    }
    newTypes.forEach(Type::setRecorded);
  }

  @Override
  public void committed() {
    releaseTypes();
    promoted.forEach(PersistentObject::$basalt$clear);
  }

  @Override
  public void aborted() {
    releaseTypes();
    for (PersistentObject object : promoted) {
      long place = object.$basalt$offset();
      space.handles().remove(Pending.is(place) ? placeOf(place) : place);
      object.$basalt$bind(null, 0);
    }
  }

  /** Writes an object's plain fields into its image. */
  private record ImageWriter(ObjectSpace space, Update update, long object) implements FieldWriter {
    private void put(int fieldOffset, int bytes, long bits) {
      space.putBits(update, object, fieldOffset, bytes, bits);
    }

    @Override
    public void putBoolean(int fieldOffset, boolean value) {
      put(fieldOffset, Byte.BYTES, value ? 1 : 0);
    }

    @Override
    public void putByte(int fieldOffset, byte value) {
      put(fieldOffset, Byte.BYTES, value);
    }

    @Override
    public void putChar(int fieldOffset, char value) {
      put(fieldOffset, Character.BYTES, value);
    }

    @Override
    public void putShort(int fieldOffset, short value) {
      put(fieldOffset, Short.BYTES, value);
    }

    @Override
    public void putInt(int fieldOffset, int value) {
      put(fieldOffset, Integer.BYTES, value);
    }

    @Override
    public void putLong(int fieldOffset, long value) {
      put(fieldOffset, Long.BYTES, value);
    }

    @Override
    public void putFloat(int fieldOffset, float value) {
      put(fieldOffset, Float.BYTES, Float.floatToRawIntBits(value));
    }

    @Override
    public void putDouble(int fieldOffset, double value) {
      put(fieldOffset, Double.BYTES, Double.doubleToRawLongBits(value));
    }

    @Override
    public void putReference(int fieldOffset, @Nullable Object value) {
      space.references().put(update, object, fieldOffset, value);
    }
  }
}

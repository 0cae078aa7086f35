package dev.basalt.object;

import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotsFormat;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The named roots: a hash table of chains whose directory lies at a fixed place. An entry is an
 * array of three slots. The methods run inside a transaction of the caller's.
 */
public final class Roots {
  private static final int NEXT = SlotsFormat.slot(0);
  private static final int NAME = SlotsFormat.slot(1);
  private static final int VALUE = SlotsFormat.slot(2);
  private static final int ENTRY_SLOTS = 3;

  private final Structures structures;
  private final long directory;

  /**
   * Opens the roots of a pool.
   *
   * @param space the pool's objects
   */
  public Roots(ObjectSpace space) {
    this.structures = space.structures();
    this.directory = space.transactions().heap().heapOffset() + PoolHeaderFormat.ROOT_DIRECTORY;
  }

  /** Where a slot lies that holds an entry. */
  private record Place(long object, int slot) {}

  private static int bucket(String name) {
    return SlotsFormat.slot(Math.floorMod(name.hashCode(), PoolHeaderFormat.ROOT_BUCKETS));
  }

  /** The slot that holds the entry of a name, or the empty one at the end of its chain. */
  private Place find(String name) {
    Place place = new Place(directory, bucket(name));
    long entry = structures.slot(place.object, place.slot);
    while (entry != 0 && !structures.holds(structures.slot(entry, NAME), name)) {
      place = new Place(entry, NEXT);
      entry = structures.slot(entry, NEXT);
    }
    return place;
  }

  /**
   * Finds a root.
   *
   * @param name its name
   * @return what it holds, or {@code null} if there is none
   */
  public @Nullable Object get(String name) {
    Place place = find(name);
    long entry = structures.slot(place.object, place.slot);
    return entry == 0 ? null : structures.getReference(entry, VALUE);
  }

  /**
   * Sets a root; inside an update.
   *
   * @param name its name
   * @param value what it holds
   */
  public void put(String name, Object value) {
    Place place = find(name);
    long entry = structures.slot(place.object, place.slot);
    if (entry == 0) {
      entry = structures.createSlots(ENTRY_SLOTS);
      structures.putReference(entry, NAME, name);
      structures.putReference(entry, VALUE, value);
      structures.putSlot(place.object, place.slot, entry);
    } else {
      structures.putReference(entry, VALUE, value);
    }
  }

  /**
   * Removes a root; inside an update.
   *
   * @param name its name
   * @return whether there was one
   */
  public boolean remove(String name) {
    Place place = find(name);
    long entry = structures.slot(place.object, place.slot);
    if (entry == 0) {
      return false;
    }
    structures.putSlot(place.object, place.slot, structures.slot(entry, NEXT));
    return true;
  }

  /**
   * The names of all roots.
   *
   * @return the names in their order
   */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (int bucket = 0; bucket < PoolHeaderFormat.ROOT_BUCKETS; bucket++) {
      long entry = structures.slot(directory, SlotsFormat.slot(bucket));
      while (entry != 0) {
        if (structures.getReference(entry, NAME) instanceof String name) {
          names.add(name); // the index of weak references has none
        }
        entry = structures.slot(entry, NEXT);
      }
    }
    return names;
  }
}

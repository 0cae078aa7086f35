package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.collections.PersistentArrayDeque;
import dev.basalt.collections.PersistentArrayList;
import dev.basalt.collections.PersistentHashMap;
import dev.basalt.collections.PersistentLinkedList;
import dev.basalt.collections.PersistentLongMap;
import dev.basalt.collections.PersistentTreeMap;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The space that small objects and entries of collections take in a pool, and the Java heap that a
 * live handle takes.
 *
 * <p>Argument: objects (1000000 if absent).
 */
public final class ObjectBytes {
  private static final int BATCH = 1000;

  private final Pool pool;
  private final int objects;
  private final Figures figures = new Figures("", "bytes of pool", "of it in blocks");

  private ObjectBytes(Pool pool, int objects) {
    this.pool = pool;
    this.objects = objects;
  }

  /**
   * Runs the program.
   *
   * @param args see above
   * @throws Exception if something goes wrong
   */
  public static void main(String[] args) throws Exception {
    int objects = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    TemporaryPool temporary = new TemporaryPool(Durability.ASYNC);
    try {
      new ObjectBytes(temporary.pool(), objects).run();
    } finally {
      temporary.close();
    }
  }

  private void run() throws IOException {
    Link root = stored("list", new Link(0, null));
    measure("object with a long and a reference", i -> root.setNext(new Link(i, root.next())));
    collection("PersistentArrayList, an element", new PersistentArrayList<>());
    collection("PersistentLinkedList, an element", new PersistentLinkedList<>());
    collection("PersistentArrayDeque, an element", new PersistentArrayDeque<>());
    map("PersistentHashMap, an entry with a Long key", new PersistentHashMap<>());
    map("PersistentTreeMap, an entry with a Long key", new PersistentTreeMap<>());
    PersistentLongMap<Link> longs = stored("longs", new PersistentLongMap<>());
    measure("PersistentLongMap, an entry", i -> longs.put(i, root));
    figures.print();
    System.out.printf("a live handle: %.0f bytes of Java heap%n", handleBytes(root));
  }

  private <T> T stored(String name, T object) {
    pool.putRoot(name, object);
    return object;
  }

  private void collection(String name, Collection<Object> collection) {
    stored(name, collection);
    Link element = pool.root("list", Link.class).orElseThrow();
    measure(name, _ -> collection.add(element));
  }

  private void map(String name, Map<Long, Object> map) {
    stored(name, map);
    Link value = pool.root("list", Link.class).orElseThrow();
    measure(name, i -> map.put((long) i, value));
  }

  /** Stores so many, and prints what each takes: with the free rest of chunks, and without. */
  private void measure(String name, IntConsumer store) {
    long[] before = used();
    for (int from = 0; from < objects; from += BATCH) {
      int first = from;
      pool.update(
          () -> {
            for (int i = first; i < first + BATCH; i++) {
              store.accept(i);
            }
          });
    }
    System.gc(); // what has been replaced may have handles still
    pool.reclaim();
    long[] after = used();
    figures.row(
        name,
        "%.1f".formatted((double) (after[0] - before[0]) / objects),
        "%.1f".formatted((double) (after[1] - before[1]) / objects));
  }

  private long[] used() {
    var memory = pool.stats().memory();
    return new long[] {
      memory.liveBytes() + memory.freeBytes() - memory.freeChunkBytes(), memory.liveBytes()
    };
  }

  private double handleBytes(Link root) {
    Link[] handles = new Link[objects];
    long before = heapInUse();
    Link at = root;
    for (int i = 0; i < objects && at != null; i++) {
      handles[i] = at;
      at = at.next();
    }
    double bytes = (double) (heapInUse() - before) / objects;
    if (handles[objects - 1] == null) {
      throw new AssertionError("the list is too short");
    }
    return bytes;
  }

  private static long heapInUse() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

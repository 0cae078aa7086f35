package dev.basalt.check;

import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.memory.Heap;
import dev.basalt.memory.OffsetMap;
import dev.basalt.object.ObjectShapes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds a shortest path from a root to each of some objects, for reports. Looks at a million
 * objects at most: a path that is not found by then is not known.
 */
final class PathFinder {
  private static final int SEEN_MAX = 1 << 20;
  private static final int STEPS_MAX = 10;
  private static final int CHAIN_MAX = 1 << 16;

  private final Heap heap;
  private final BlockMap blocks;
  private final ObjectShapes shapes;

  /** Object to the object that led there, or to itself if a root did. */
  private final OffsetMap cameFrom = new OffsetMap();

  private final Map<Long, String> rootNames = new HashMap<>();
  private long[] queue = new long[1 << 10];
  private int head;
  private int tail;

  PathFinder(Heap heap, BlockMap blocks, ObjectShapes shapes, Structures structures) {
    this.heap = heap;
    this.blocks = blocks;
    this.shapes = shapes;
    seeds(structures.rootDirectory());
    while (head < tail) {
      follow(queue[head++]);
    }
  }

  private void seeds(long directory) {
    for (int bucket = 0; bucket < PoolHeaderFormat.ROOT_BUCKETS; bucket++) {
      long entry = heap.getLong(directory + SlotsFormat.slot(bucket));
      for (int i = 0; i < CHAIN_MAX && blocks.numberOf(entry) >= 0; i++) {
        see(entry, entry);
        rootNames.put(entry, "the root directory");
        seedValue(entry);
        entry = heap.getLong(entry + SlotsFormat.slot(0));
      }
    }
  }

  private void seedValue(long entry) {
    long value = heap.getLong(entry + SlotsFormat.slot(2));
    if (SlotFormat.isPointer(value) && blocks.numberOf(value) >= 0) {
      see(value, value);
      rootNames.putIfAbsent(value, "root \"" + name(entry) + "\"");
    }
  }

  private String name(long entry) {
    try {
      return shapes.string(heap.getLong(entry + SlotsFormat.slot(1)));
    } catch (RuntimeException e) {
      return "?";
    }
  }

  private void see(long object, long parent) {
    if (tail >= SEEN_MAX || cameFrom.get(object, 0) != 0) {
      return;
    }
    cameFrom.put(object, parent);
    if (tail == queue.length) {
      queue = Arrays.copyOf(queue, tail * 2);
    }
    queue[tail++] = object;
  }

  private void follow(long object) {
    try {
      if (shapes.sizeOf(object) <= blocks.sizeOf(object)) {
        shapes.forEachSlot(
            object,
            (_, slot) -> {
              if (SlotFormat.isPointer(slot) && blocks.numberOf(slot) >= 0) {
                see(slot, object);
              }
            });
      }
    } catch (RuntimeException e) {
      // A damaged object leads nowhere.
    }
  }

  /** The path to an object in words; empty if none is known. */
  String pathTo(long object) {
    if (object == 0 || cameFrom.get(object, 0) == 0) {
      return "";
    }
    List<String> steps = new ArrayList<>();
    long at = object;
    while (cameFrom.get(at, 0) != at) {
      steps.addFirst(shapes.className(at) + "@" + at);
      at = cameFrom.get(at, 0);
    }
    steps.addFirst(rootNames.getOrDefault(at, "?") + ": " + shapes.className(at) + "@" + at);
    if (steps.size() > STEPS_MAX) {
      int left = steps.size() - STEPS_MAX;
      steps.subList(STEPS_MAX / 2, STEPS_MAX / 2 + left).clear();
      steps.add(STEPS_MAX / 2, "(" + left + " more)");
    }
    return String.join(" -> ", steps);
  }
}

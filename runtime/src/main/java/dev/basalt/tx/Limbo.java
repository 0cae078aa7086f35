package dev.basalt.tx;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.memory.Heap;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be reclaimed, as one commit sees and changes it, by raw words. Three chains of
 * nodes:
 *
 * <ol>
 *   <li>The <i>queue</i>: what updates have unlinked, the oldest first. Only its front is looked at
 *       while snapshots delay it.
 *   <li>The <i>stack</i>: what sweeps have taken the last reference of. The newest comes first, so
 *       however wide a garbage structure is, little of it is in limbo at a time.
 *   <li><i>Held</i>: what a handle kept when it was looked at, in no order and without gaps.
 * </ol>
 */
final class Limbo {
  /** Where nodes come from and go to. */
  interface Nodes {
    /** A block for another node. */
    long take();

    /** A node that is empty now. */
    void give(long node);
  }

  /**
   * An object in limbo.
   *
   * @param object the object
   * @param sequence the commit that has taken its last reference; 0 if a sweep has
   */
  record Entry(long object, long sequence) {}

  private final Heap heap;
  private final RawWords words;
  private final Nodes nodes;
  private final long firstAt;
  private final long lastAt;
  private final long stackAt;
  private final long heldAt;
  private final long countAt;

  Limbo(Heap heap, RawWords words, Nodes nodes) {
    this.heap = heap;
    this.words = words;
    this.nodes = nodes;
    long header = heap.heapOffset();
    this.firstAt = header + PoolHeaderFormat.LIMBO;
    this.lastAt = header + PoolHeaderFormat.LIMBO_LAST;
    this.stackAt = header + PoolHeaderFormat.LIMBO_STACK;
    this.heldAt = header + PoolHeaderFormat.LIMBO_HELD;
    this.countAt = header + PoolHeaderFormat.LIMBO_OBJECTS;
  }

  // ---- the queue

  /** Adds an object behind all others of the queue. */
  void enqueue(long object, long sequence) {
    long node = node(lastAt);
    if (node == 0 || length(node) == LimboNodeFormat.CAPACITY) {
      long next = newNode(0);
      words.put(node == 0 ? firstAt : node + LimboNodeFormat.NEXT, next);
      words.put(lastAt, next);
      node = next;
    }
    append(node, object, sequence);
  }

  /** The entry at the front of the queue. */
  @Nullable Entry front() {
    long node = node(firstAt);
    return node == 0 ? null : entry(entryAt(node, begin(node)));
  }

  /** Takes the entry at the front away; there is one. */
  void dequeue() {
    long node = node(firstAt);
    int begin = begin(node) + 1;
    count(-1);
    if (begin < length(node)) {
      setLength(node, begin, length(node));
      return;
    }
    long next = words.get(node + LimboNodeFormat.NEXT);
    words.put(firstAt, next);
    if (next == 0) {
      words.put(lastAt, 0);
    }
    nodes.give(node);
  }

  // ---- the stack

  void push(long object, long sequence) {
    append(roomIn(stackAt), object, sequence);
  }

  /** Takes the newest entry of the stack. */
  @Nullable Entry pop() {
    long node = node(stackAt);
    if (node == 0) {
      return null;
    }
    Entry entry = entry(entryAt(node, length(node) - 1));
    removeLast(stackAt, node);
    return entry;
  }

  // ---- what is held

  /** Adds an object that a handle keeps. */
  void addHeld(long object, long sequence) {
    append(roomIn(heldAt), object, sequence);
  }

  /** The entry that lies somewhere. */
  Entry entry(long at) {
    return new Entry(checkAligned(words.get(at)), words.get(at + Long.BYTES));
  }

  /** Takes the entry of a held object away; the last one of the first node takes its place. */
  void removeHeld(long at) {
    long node = node(heldAt);
    long lastEntry = entryAt(node, length(node) - 1);
    if (lastEntry != at) {
      Entry moved = entry(lastEntry);
      putEntry(at, moved.object, moved.sequence);
    }
    removeLast(heldAt, node);
  }

  /** The first node of what is held, which has room if any has, or 0. */
  long firstHeld() {
    return node(heldAt);
  }

  /** The node behind one. */
  long next(long node) {
    return node(node + LimboNodeFormat.NEXT);
  }

  /** Moves some nodes of held objects to the stack. */
  void releaseHeldNodes(int max) {
    for (int i = 0; i < max; i++) {
      long node = node(heldAt);
      if (node == 0) {
        return;
      }
      words.put(heldAt, words.get(node + LimboNodeFormat.NEXT));
      words.put(node + LimboNodeFormat.NEXT, words.get(stackAt));
      words.put(stackAt, node);
    }
  }

  // ---- nodes

  private long roomIn(long headAt) {
    long node = node(headAt);
    if (node == 0 || length(node) == LimboNodeFormat.CAPACITY) {
      node = newNode(node);
      words.put(headAt, node);
    }
    return node;
  }

  private long newNode(long next) {
    long node = nodes.take();
    words.put(node, 0);
    words.put(node + Long.BYTES, ClassIds.LIMBO_NODE | (1L << Integer.SIZE));
    words.put(node + LimboNodeFormat.NEXT, next);
    setLength(node, 0, 0);
    return node;
  }

  private void append(long node, long object, long sequence) {
    int length = length(node);
    putEntry(entryAt(node, length), object, sequence);
    setLength(node, begin(node), length + 1);
    count(1);
  }

  private void removeLast(long headAt, long node) {
    int length = length(node) - 1;
    count(-1);
    if (length > begin(node)) {
      setLength(node, begin(node), length);
    } else {
      words.put(headAt, words.get(node + LimboNodeFormat.NEXT));
      nodes.give(node);
    }
  }

  private void putEntry(long at, long object, long sequence) {
    words.put(at, object);
    words.put(at + Long.BYTES, sequence);
  }

  private void count(int delta) {
    words.put(countAt, words.get(countAt) + delta);
  }

  private long node(long pointerAt) {
    return checkAligned(words.get(pointerAt));
  }

  /** Where an entry of a node lies. */
  static long entryAt(long node, int index) {
    return node + LimboNodeFormat.entry(index);
  }

  private int begin(long node) {
    return (int) (words.get(node + LimboNodeFormat.LENGTH) >>> Integer.SIZE);
  }

  /** The number of a node's last entry, plus 1. */
  int length(long node) {
    long word = words.get(node + LimboNodeFormat.LENGTH);
    int length = (int) word;
    int begin = (int) (word >>> Integer.SIZE);
    if (begin < 0 || begin > length || length > LimboNodeFormat.CAPACITY) {
      throw new CorruptPoolException(
          "%s: the limbo node at %d claims entries %d to %d"
              .formatted(heap.medium().name(), node, begin, length));
    }
    return length;
  }

  private void setLength(long node, int begin, int length) {
    words.put(node + LimboNodeFormat.LENGTH, length | ((long) begin << Integer.SIZE));
  }

  private long checkAligned(long offset) {
    if (offset % SizeClasses.GRANULE != 0) {
      throw new CorruptPoolException(
          "%s: limbo leads to %d, where no object can lie".formatted(heap.medium().name(), offset));
    }
    return offset;
  }
}

package dev.basalt.memory;

/** Chunks of one size class that may have room, in the order of their arrival. Thread-safe. */
final class ChunkQueue {
  static final int NONE = -1;

  private static final int INITIAL_CAPACITY = 16;

  private int[] ring = new int[INITIAL_CAPACITY];
  private int head;
  private int size;

  synchronized void add(int chunk) {
    if (size == ring.length) {
      int[] larger = new int[ring.length * 2];
      for (int i = 0; i < size; i++) {
        larger[i] = ring[(head + i) % ring.length];
      }
      ring = larger;
      head = 0;
    }
    ring[(head + size++) % ring.length] = chunk;
  }

  /** Takes a chunk; {@link #NONE} if there is none. */
  synchronized int poll() {
    if (size == 0) {
      return NONE;
    }
    int chunk = ring[head];
    head = (head + 1) % ring.length;
    size--;
    return chunk;
  }
}

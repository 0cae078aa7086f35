package dev.basalt.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Native memory that can become larger and keeps its content then. Not thread-safe. */
final class GrowableBuffer implements AutoCloseable {
  private Arena arena;
  private MemorySegment memory;

  @SuppressWarnings("MustBeClosedChecker") // closed by close and resize
  GrowableBuffer(long bytes) {
    arena = Arena.ofShared();
    memory = arena.allocate(bytes, Long.BYTES);
  }

  MemorySegment memory() {
    return memory;
  }

  /** Makes room for at least this many bytes; the first {@code used} are kept. */
  void ensure(long bytes, long used) {
    if (bytes > memory.byteSize()) {
      resize(Math.max(bytes, memory.byteSize() * 2), used);
    }
  }

  /** Sets the size; the first {@code used} bytes are kept. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close and resize
  void resize(long bytes, long used) {
    Arena other = Arena.ofShared();
    MemorySegment copy = other.allocate(bytes, Long.BYTES);
    MemorySegment.copy(memory, 0, copy, 0, used);
    arena.close();
    arena = other;
    memory = copy;
  }

  @Override
  public void close() {
    arena.close();
  }
}

package dev.basalt.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that can become larger and keeps its content then. Not thread-safe.
 *
 * <p>The memory that it begins with stays until the garbage collector frees it: what takes a
 * segment of an arena that can be closed, such as a checksum, counts itself in and out by atomic
 * operations.
 */
final class GrowableBuffer implements AutoCloseable {
  private final MemorySegment initial;
  private MemorySegment memory;

  /** Holds the memory if it is not the initial one. */
  private @Nullable Arena larger;

  GrowableBuffer(long bytes) {
    initial = Arena.ofAuto().allocate(bytes, Long.BYTES);
    memory = initial;
  }

  MemorySegment memory() {
    return memory;
  }

  /** Makes room for at least this many bytes; the first {@code used} are kept. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close
  void ensure(long bytes, long used) {
    if (bytes > memory.byteSize()) {
      Arena arena = Arena.ofShared();
      MemorySegment copy = arena.allocate(Math.max(bytes, memory.byteSize() * 2), Long.BYTES);
      MemorySegment.copy(memory, 0, copy, 0, used);
      close();
      larger = arena;
      memory = copy;
    }
  }

  /** Gives back what was added; nothing of the content is kept. */
  @Override
  public void close() {
    memory = initial;
    if (larger != null) {
      larger.close();
      larger = null;
    }
  }
}

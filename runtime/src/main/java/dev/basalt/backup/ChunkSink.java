package dev.basalt.backup;

import java.lang.foreign.MemorySegment;

/** Takes the chunks of a pool that are in use, each once, in any order. */
public interface ChunkSink {
  /**
   * Takes a chunk.
   *
   * @param offset where it lies in the pool
   * @param bytes its bytes, valid during the call
   */
  void chunk(long offset, MemorySegment bytes);
}

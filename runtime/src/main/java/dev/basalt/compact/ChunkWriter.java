package dev.basalt.compact;

import static dev.basalt.format.Structure.U64;

import dev.basalt.format.Geometry;
import dev.basalt.format.SizeClasses;
import dev.basalt.memory.SummedChunks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Fills the chunks of one size class, one after the other, and writes each when it is full. */
final class ChunkWriter {
  private final SummedChunks target;
  private final MemorySegment chunk;
  private final int sizeClass;
  private long chunkOffset;
  private int used;

  ChunkWriter(SummedChunks target, Arena arena, int sizeClass, long firstChunkOffset) {
    this.target = target;
    this.sizeClass = sizeClass;
    this.chunkOffset = firstChunkOffset;
    this.chunk = arena.allocate(Geometry.CHUNK_SIZE, Long.BYTES);
  }

  /** The next block, to be filled before the next call. */
  MemorySegment next(long offset) {
    if (used == SizeClasses.blocksPerChunk(sizeClass)) {
      flush();
    }
    int at = SizeClasses.offsetOf(sizeClass, used);
    if (offset != chunkOffset + at) {
      throw new AssertionError(
          "an object belongs at %d, not %d".formatted(offset, chunkOffset + at));
    }
    long wordAt = (long) (used / Long.SIZE) * Long.BYTES;
    chunk.set(U64, wordAt, chunk.get(U64, wordAt) | (1L << used));
    used++;
    return chunk.asSlice(at, SizeClasses.blockSize(sizeClass));
  }

  /** Writes what there is of a chunk, and goes on to the next. */
  void flush() {
    if (used > 0) {
      target.write(chunkOffset, chunk);
      chunk.fill((byte) 0);
      chunkOffset += Geometry.CHUNK_SIZE;
      used = 0;
    }
  }
}

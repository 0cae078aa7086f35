package dev.basalt.memory;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.TablePartFormat;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The heap of a new pool: its header with an empty root directory, and a chunk table. */
public final class PoolTemplate {
  /** The version of the objects that a new pool has. */
  public static final long VERSION = 1;

  private PoolTemplate() {}

  /**
   * Writes the fixed chunks; not durable before the medium's next sync.
   *
   * @param medium a medium of zeroes that has room for them
   * @param heapOffset where the heap starts
   */
  public static void write(Medium medium, long heapOffset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(Geometry.CHUNK_SIZE, Long.BYTES);
      MemorySegment directory = header.asSlice(PoolHeaderFormat.ROOT_DIRECTORY);
      directory.set(U64, ObjectFormat.VERSION, VERSION);
      directory.set(U32, ObjectFormat.CLASS_ID, ClassIds.SLOTS);
      directory.set(U32, ObjectFormat.COUNT, 1);
      directory.set(U32, SlotsFormat.LENGTH, PoolHeaderFormat.ROOT_BUCKETS);
      long table = heapOffset + Geometry.CHUNK_SIZE;
      header.set(U64, PoolHeaderFormat.TABLE_DIRECTORY, table);
      MemorySegment entries = arena.allocate(Geometry.CHUNK_SIZE, Long.BYTES);
      for (int chunk = 0; chunk < Geometry.FIXED_CHUNKS; chunk++) {
        entries.set(U64, TablePartFormat.entry(chunk), ChunkEntryFormat.META);
      }
      SummedChunks chunks = new SummedChunks(medium, heapOffset, new long[] {table});
      chunks.write(heapOffset, header);
      chunks.write(table, entries);
    }
  }
}

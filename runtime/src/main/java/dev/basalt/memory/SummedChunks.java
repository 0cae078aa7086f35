package dev.basalt.memory;

import static dev.basalt.format.Structure.U32;

import dev.basalt.format.Geometry;
import dev.basalt.format.PageSumFormat;
import dev.basalt.medium.Medium;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Writes chunks of a pool that is being made, and the sums of their pages. The medium is zero where
 * nothing has been written.
 */
public final class SummedChunks {
  private final Medium medium;
  private final TableParts parts;

  /**
   * Creates a writer.
   *
   * @param medium the new pool's medium
   * @param heapOffset where its heap starts
   * @param parts where the parts of its chunk table lie, ascending
   */
  public SummedChunks(Medium medium, long heapOffset, long[] parts) {
    this.medium = medium;
    this.parts = new TableParts(heapOffset, parts);
  }

  /**
   * Writes bytes and the sums of their pages; not durable before the medium's next sync.
   *
   * @param offset where they go, the start of a page; each page is written once
   * @param bytes native memory with whole pages
   */
  public void write(long offset, MemorySegment bytes) {
    medium.write(offset, bytes);
    for (long at = 0; at < bytes.byteSize(); ) {
      long chunkEnd = parts.chunkOffset(parts.chunkOf(offset + at) + 1);
      long length = Math.min(chunkEnd - offset - at, bytes.byteSize() - at);
      writeSums(offset + at, bytes.asSlice(at, length));
      at += length;
    }
  }

  /** Writes the sums of pages of one chunk. */
  private void writeSums(long offset, MemorySegment bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long pages = bytes.byteSize() / Geometry.PAGE_SIZE;
      MemorySegment sums = arena.allocate(pages * PageSumFormat.SIZE);
      for (long page = 0; page < pages; page++) {
        MemorySegment content = bytes.asSlice(page * Geometry.PAGE_SIZE, Geometry.PAGE_SIZE);
        sums.set(U32, page * PageSumFormat.SIZE, PageSumFormat.of(content.asByteBuffer()));
      }
      medium.write(parts.sumOffset(offset), sums);
    }
  }
}

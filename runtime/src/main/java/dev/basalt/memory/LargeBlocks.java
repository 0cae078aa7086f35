package dev.basalt.memory;

import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.TablePartFormat;

/** Blocks of whole pages: how they are told from the chunk table, and entered there. */
final class LargeBlocks {
  private static final int CHUNK = TablePartFormat.PAGES_PER_CHUNK;
  private static final OffsetMap NOTHING_PLANNED = new OffsetMap();

  private LargeBlocks() {}

  /** The entry of a chunk, as a planned commit will leave it. */
  private static long entry(ChunkTable table, OffsetMap words, int chunk) {
    return words.get(table.entryOffset(chunk), table.entry(chunk));
  }

  /** Whether a block begins with a page. */
  static boolean begins(ChunkTable table, OffsetMap words, int page) {
    return (ChunkEntryFormat.beginnings(entry(table, words, page / CHUNK)) & 1 << page % CHUNK)
        != 0;
  }

  /** The pages of the block that begins with a page. */
  static int length(ChunkTable table, int first) {
    return length(table, NOTHING_PLANNED, first);
  }

  private static int length(ChunkTable table, OffsetMap words, int first) {
    int next = first + 1;
    while (next / CHUNK < table.chunkCount()) {
      int chunk = next / CHUNK;
      int continued = ChunkEntryFormat.continued(entry(table, words, chunk), next % CHUNK);
      next += continued;
      if (next < (chunk + 1) * CHUNK) {
        break;
      }
    }
    return next - first;
  }

  /** Takes part of a chunk's entry: the pages of a block there, and with which it begins, if so. */
  private interface Change {
    long apply(long entry, int pages, int beginning);
  }

  private static void change(
      ChunkTable table, OffsetMap words, int first, int length, Change change) {
    int end = first + length;
    for (int page = first; page < end; ) {
      int chunk = page / CHUNK;
      int to = Math.min(end, (chunk + 1) * CHUNK);
      int pages = ChunkEntryFormat.pages(page % CHUNK, to - chunk * CHUNK);
      int beginning = page == first ? 1 << page % CHUNK : 0;
      words.put(
          table.entryOffset(chunk), change.apply(entry(table, words, chunk), pages, beginning));
      page = to;
    }
  }

  /** Plans a block of so many pages. What is in a chunk that was free is not known by sums. */
  static void planAllocation(ChunkTable table, OffsetMap words, int first, int length) {
    for (int chunk = first / CHUNK; chunk <= (first + length - 1) / CHUNK; chunk++) {
      if (entry(table, words, chunk) == ChunkEntryFormat.FREE) {
        table.planNoSums(chunk, words);
      }
    }
    change(
        table,
        words,
        first,
        length,
        (entry, pages, beginning) ->
            ChunkEntryFormat.large(
                ChunkEntryFormat.usedPages(entry) | pages,
                ChunkEntryFormat.beginnings(entry) | beginning));
  }

  /** Plans that the block that begins with a page is free; returns its length. */
  static int planRelease(ChunkTable table, OffsetMap words, int first) {
    int length = length(table, words, first);
    change(
        table,
        words,
        first,
        length,
        (entry, pages, beginning) ->
            ChunkEntryFormat.large(
                ChunkEntryFormat.usedPages(entry) & ~pages,
                ChunkEntryFormat.beginnings(entry) & ~beginning));
    return length;
  }
}

package dev.basalt.medium;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import jdk.nio.mapmode.ExtendedMapMode;

/**
 * Mappings of a DAX file by the JDK: the only ones for which it writes cache lines back. Everything
 * else that is mapped here needs no write-back and is mapped by {@link Posix}.
 */
final class SyncMapping {
  private SyncMapping() {}

  /**
   * Maps a range of an open file.
   *
   * @param fd the file, open for reading and writing
   * @param offset where the range starts
   * @param length its length; the range lies within the file, or the file would be extended
   * @param arena ends the mapping
   * @return memory whose {@code force} is a write-back of cache lines
   * @throws IOException if the file is no persistent memory
   * @throws UnsupportedOperationException if this JVM cannot write cache lines back
   */
  static MemorySegment map(int fd, long offset, long length, Arena arena) throws IOException {
    // The same file, whatever its name is now. flock belongs to the other descriptor.
    Path file = Path.of("/proc/self/fd/" + fd);
    boolean interrupted = false;
    try {
      while (true) {
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          return channel.map(ExtendedMapMode.READ_WRITE_SYNC, offset, length, arena);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted(); // says nothing about the file
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

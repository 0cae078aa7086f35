package dev.basalt.medium;

import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.PoolInUseException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A medium behind a file descriptor. It is locked with {@code flock}, which belongs to the open
 * file: it excludes other processes and other opens in this one, and ends with the process.
 */
abstract class DescriptorMedium implements Medium {
  private static final int ZEROES_BYTES = 1 << 20;

  final Path path;
  final int fd;
  private volatile boolean closed;

  DescriptorMedium(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  final void lock(int kind) {
    int locked = Posix.flock(fd, kind | Posix.LOCK_NB);
    if (locked == -Posix.EWOULDBLOCK) {
      throw new PoolInUseException(path + " is already open" + LockHolder.describe(path));
    }
    if (locked < 0) {
      throw new PoolAccessException(path + " cannot be locked: " + Posix.message(locked));
    }
  }

  static PoolAccessException cannotOpen(Path path, int error, boolean readOnly) {
    return new PoolAccessException(
        switch (-error) {
          case Posix.ENOENT -> path + " does not exist";
          case Posix.EACCES, Posix.EPERM ->
              path + " cannot be opened: no permission to " + (readOnly ? "read" : "write") + " it";
          case Posix.EROFS ->
              path + " cannot be opened for writing: it is on a read-only file system";
          default -> path + " cannot be opened: " + Posix.message(error);
        });
  }

  @Override
  public final String name() {
    return path.toString();
  }

  @Override
  public final void read(long offset, MemorySegment target) {
    long done = 0;
    while (done < target.byteSize()) {
      long n = Posix.pread(fd, target.asSlice(done), offset + done);
      if (n == 0) {
        throw new MediaErrorException(
            "%s: the file ends at %d, but %d bytes at %d were to be read"
                .formatted(path, size(), target.byteSize(), offset));
      }
      if (n < 0 && n != -Posix.EINTR) {
        throw failure("read", offset, target.byteSize(), n);
      }
      done += Math.max(n, 0);
    }
  }

  @Override
  public final void write(long offset, MemorySegment source) {
    long done = 0;
    while (done < source.byteSize()) {
      long n = Posix.pwrite(fd, source.asSlice(done), offset + done);
      if (n == 0) {
        throw new MediaErrorException(
            "%s: writing %d bytes at %d stopped after %d without a reason"
                .formatted(path, source.byteSize(), offset, done));
      }
      if (n < 0 && n != -Posix.EINTR) {
        throw failure("write", offset, source.byteSize(), n);
      }
      done += Math.max(n, 0);
    }
  }

  @Override
  public final void sync() {
    int result = Posix.fdatasync(fd);
    if (result < 0) {
      throw failure("sync", 0, size(), result);
    }
  }

  /**
   * Extends the medium by zeroes.
   *
   * @throws PoolFullException if there is no room for them
   */
  final void growByWriting(long size, long newSize) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeroes = arena.allocate(ZEROES_BYTES);
      long at = size;
      while (at < newSize) {
        long n = Posix.pwrite(fd, zeroes.asSlice(0, Math.min(ZEROES_BYTES, newSize - at)), at);
        if (isFull(n)) {
          throw full(size, newSize, n);
        }
        if (n < 0 && n != -Posix.EINTR) {
          throw failure("write", at, newSize - at, n);
        }
        at += Math.max(n, 0);
      }
    }
  }

  @Override
  public final boolean discard(long offset, long lengthBytes) {
    int result;
    do {
      result = Posix.punchHole(fd, offset, lengthBytes);
    } while (result == -Posix.EINTR);
    return result >= 0;
  }

  static boolean isFull(long result) {
    return result == -Posix.ENOSPC || result == -Posix.EDQUOT || result == -Posix.EFBIG;
  }

  final PoolFullException full(long size, long newSize, long error) {
    return new PoolFullException(
        "%s cannot grow from %d to %d bytes: %s"
            .formatted(path, size, newSize, Posix.message(error)));
  }

  @Override
  public final Mapping mapPrivate(long lengthBytes) {
    long address = Posix.mapPrivate(fd, lengthBytes);
    if (isError(address)) {
      throw failure("map", 0, lengthBytes, address);
    }
    return Mapping.ofFile(
        path.toString(), address, lengthBytes, Math.min(size(), lengthBytes), fd, false);
  }

  @Override
  public final Mapping mapShared(long offset, long lengthBytes) {
    long address = Posix.mapShared(fd, offset, lengthBytes);
    if (isError(address)) {
      throw failure("map", offset, lengthBytes, address);
    }
    long limit = Math.clamp(size() - offset, 0, lengthBytes);
    return Mapping.ofFile(path.toString(), address, lengthBytes, limit, fd, true);
  }

  private static boolean isError(long address) {
    return address < 0 && address > -4096;
  }

  final MediaErrorException failure(String what, long offset, long length, long error) {
    return new MediaErrorException(
        "%s: cannot %s %d bytes at %d: %s"
            .formatted(path, what, length, offset, Posix.message(error)),
        offset,
        length,
        null);
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      Posix.close(fd);
    }
  }
}

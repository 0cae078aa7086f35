package dev.basalt.medium;

import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.PoolInUseException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pool on a block device. It has all its space from the beginning, and whatever somebody has left
 * there; so the pool grows within the device, and what it grows into is made zero first.
 *
 * <p>Invariant: {@link #used} is at most the device's size; nothing behind it belongs to the pool.
 */
public final class DeviceMedium extends DescriptorMedium {
  private static final int FORMAT_MASK = 0170000;
  private static final int BLOCK_DEVICE = 0060000;

  /** Whoever marks a device as his does it near its ends. */
  public static final int ENDS_BYTES = 1 << 20;

  private final long deviceBytes;

  /** Bytes that the pool has; written while it is opened and while it grows. */
  private volatile long used;

  private DeviceMedium(Path path, int fd) {
    super(path, fd);
    this.deviceBytes = Math.max(0, Posix.size(fd));
    this.used = deviceBytes;
  }

  /**
   * Whether a path leads to a block device.
   *
   * @param path a path
   * @return {@code false} also if there is nothing
   */
  public static boolean isDevice(Path path) {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode");
      return (mode & FORMAT_MASK) == BLOCK_DEVICE;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Opens a device and locks it, against file systems and volume managers too.
   *
   * @param path the device
   * @param readOnly whether to open for reading only, with a lock shared by readers
   * @return the medium; the pool has all of it until it {@linkplain #occupy says} what it has
   * @throws PoolAccessException if it may not be opened
   * @throws PoolInUseException if somebody else has it
   */
  public static DeviceMedium open(Path path, boolean readOnly) {
    int flags = readOnly ? Posix.O_RDONLY : Posix.O_RDWR | Posix.O_EXCL;
    int fd = Posix.open(path.toString(), flags, 0);
    if (fd == -Posix.EBUSY) {
      throw new PoolInUseException(
          path + " is in use: open as a pool, mounted, or a part of a volume");
    }
    if (fd < 0) {
      throw cannotOpen(path, fd, readOnly);
    }
    DeviceMedium medium = new DeviceMedium(path, fd);
    try {
      medium.lock(readOnly ? Posix.LOCK_SH : Posix.LOCK_EX);
      return medium;
    } catch (RuntimeException e) {
      medium.close();
      throw e;
    }
  }

  /**
   * Whether nothing is on the device, as far as can be told: its ends are zero.
   *
   * @return {@code false} if something is in its first or last MiB
   */
  public boolean isBlank() {
    long length = Math.min(ENDS_BYTES, deviceBytes);
    return isZero(0, length) && isZero(deviceBytes - length, length);
  }

  private boolean isZero(long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(length, Long.BYTES);
      read(offset, bytes);
      MemorySegment zeroes = arena.allocate(length, Long.BYTES);
      return bytes.mismatch(zeroes) < 0;
    }
  }

  @Override
  public long size() {
    return used;
  }

  @Override
  public MediumAttributes attributes() {
    return FileExamination.ofDevice(fd, deviceBytes);
  }

  @Override
  public void occupy(long lengthBytes) {
    used = Math.min(lengthBytes, deviceBytes);
  }

  @Override
  public void grow(long newSizeBytes) {
    if (newSizeBytes > deviceBytes) {
      throw new PoolFullException(
          "%s cannot grow from %d to %d bytes: the device has %d"
              .formatted(path, used, newSizeBytes, deviceBytes));
    }
    if (newSizeBytes > used) {
      makeZero(used, newSizeBytes - used);
      used = newSizeBytes;
    }
  }

  @Override
  public boolean shrink(long newSizeBytes) {
    boolean _ = discard(newSizeBytes, used - newSizeBytes); // if it can; growth makes it zero
    used = newSizeBytes;
    return true;
  }

  private void makeZero(long offset, long length) {
    int result;
    do {
      result = Posix.zero(fd, offset, length);
    } while (result == -Posix.EINTR);
    if (result == -Posix.EOPNOTSUPP || result == -Posix.EINVAL) {
      growByWriting(offset, offset + length);
    } else if (result < 0) {
      throw failure("clear", offset, length, result);
    }
  }
}

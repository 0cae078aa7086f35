package dev.basalt.medium;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds out what is under an open file. Values count, not the bits that say which values are there:
 * file systems set these with values of 0.
 */
final class FileExamination {
  private static final Path DEVICES = Path.of("/sys/dev/block");

  private static final long TMPFS = 0x01021994L;
  private static final long RAMFS = 0x858458F6L;

  /** File systems without anything below them. */
  private static final Set<Long> IN_MEMORY = Set.of(TMPFS, RAMFS);

  private static final Map<Long, String> FILE_SYSTEMS =
      Map.of(
          0xEF53L,
          "ext4",
          0x58465342L,
          "xfs",
          0x9123683EL,
          "btrfs",
          TMPFS,
          "tmpfs",
          RAMFS,
          "ramfs",
          0xF2F52010L,
          "f2fs",
          0x2FC12FC1L,
          "zfs",
          0x794C7630L,
          "overlay",
          0x6969L,
          "nfs",
          0x65735546L,
          "fuse");

  private FileExamination() {}

  static MediumAttributes ofDevice(int fd, long size) {
    Posix.Details details = Posix.details(fd);
    Path queue = queue(details.major(), details.minor());
    return new MediumAttributes(
        MediumAttributes.Kind.BLOCK,
        "block device %d:%d".formatted(details.major(), details.minor()),
        size,
        positive(details.atomicMinBytes()),
        positive(details.atomicMaxBytes()),
        number(queue, "logical_block_size"),
        number(queue, "physical_block_size"),
        positive(details.preferredBytes()),
        number(queue, "logical_block_size"),
        number(queue, "write_zeroes_max_bytes").isPresent(),
        false,
        Posix.canMapSync(fd, Math.max(size, 1)));
  }

  static MediumAttributes of(int fd, long size) {
    Posix.Details details = Posix.details(fd);
    Posix.FileSystem system = Posix.fileSystem(fd);
    Path queue = queue(details.major(), details.minor());
    OptionalLong sector = number(queue, "logical_block_size");
    return new MediumAttributes(
        MediumAttributes.Kind.FILE,
        FILE_SYSTEMS.getOrDefault(system.type(), "file system 0x%x".formatted(system.type())),
        size,
        positive(details.atomicMinBytes()),
        positive(details.atomicMaxBytes()),
        sector.isPresent() ? sector : positive(details.directAlignmentBytes()),
        number(queue, "physical_block_size"),
        positive(details.preferredBytes()),
        positive(system.blockBytes()),
        canPunchHoles(fd, size),
        IN_MEMORY.contains(system.type()),
        Posix.canMapSync(fd, Math.max(size, 1)));
  }

  static boolean isInMemoryOnly(int fd) {
    return IN_MEMORY.contains(Posix.fileSystem(fd).type());
  }

  /** Tried behind the file's end, where there is nothing to lose. */
  private static boolean canPunchHoles(int fd, long size) {
    int result;
    do {
      result = Posix.punchHole(fd, size, 1L << 20);
    } while (result == -Posix.EINTR);
    return result >= 0;
  }

  /** A partition has the queue of its disk; a file system without a device has none. */
  private static Path queue(int major, int minor) {
    Path device = DEVICES.resolve(major + ":" + minor);
    Path own = device.resolve("queue");
    return Files.isDirectory(own) ? own : device.resolve("..").resolve("queue");
  }

  private static OptionalLong number(Path queue, String name) {
    Path file = queue.resolve(name);
    try {
      return Files.exists(file)
          ? positive(Long.parseLong(Files.readString(file).strip()))
          : OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong positive(long value) {
    return value > 0 ? OptionalLong.of(value) : OptionalLong.empty();
  }
}

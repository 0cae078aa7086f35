package dev.basalt.medium;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls that a file medium needs, on 64-bit Linux. {@code FileChannel} is not used: it
 * closes itself when a thread is interrupted, cannot map beyond the end of a file, has no {@code
 * fallocate}, and its locks vanish when any other descriptor of the file is closed.
 *
 * <p>Every call returns its result, or {@code -errno}.
 */
final class Posix {
  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_CLOEXEC = 0x80000;

  static final int LOCK_SH = 1;
  static final int LOCK_EX = 2;
  static final int LOCK_NB = 4;

  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EPERM = 1;
  static final int EEXIST = 17;
  static final int EINVAL = 22;
  static final int EFBIG = 27;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int EWOULDBLOCK = 11;
  static final int EDQUOT = 122;
  static final int EOPNOTSUPP = 95;

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MADV_RANDOM = 1;
  private static final int MADV_WILLNEED = 3;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_POPULATE_WRITE = 23;
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;
  private static final int FALLOC_FL_ZERO_RANGE = 0x10;
  private static final int SEEK_END = 2;
  private static final int MAP_SHARED_VALIDATE = 3;
  private static final int MAP_SYNC = 0x80000;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_NLINK = 0x4;
  private static final int STATX_SIZE = 0x200;
  private static final int STATX_DIOALIGN = 0x2000;
  private static final int STATX_WRITE_ATOMIC = 0x10000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemorySegment EMPTY_PATH = Arena.global().allocateFrom("");
  private static final StructLayout STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /** {@code struct statx}, the same on every processor, as far as it is used. */
  private static final StructLayout STATX_LAYOUT =
      MemoryLayout.structLayout(
          MemoryLayout.paddingLayout(4),
          JAVA_INT.withName("blksize"),
          MemoryLayout.paddingLayout(8),
          JAVA_INT.withName("nlink"),
          MemoryLayout.paddingLayout(20),
          JAVA_LONG.withName("size"),
          MemoryLayout.paddingLayout(80),
          JAVA_INT.withName("rdev_major"),
          JAVA_INT.withName("rdev_minor"),
          JAVA_INT.withName("dev_major"),
          JAVA_INT.withName("dev_minor"),
          MemoryLayout.paddingLayout(12),
          JAVA_INT.withName("dio_offset_align"),
          MemoryLayout.paddingLayout(8),
          JAVA_INT.withName("atomic_write_unit_min"),
          JAVA_INT.withName("atomic_write_unit_max"),
          MemoryLayout.paddingLayout(80));

  private static final VarHandle STATX_LINKS = statxField("nlink");
  private static final VarHandle STATX_BYTES = statxField("size");

  /** {@code struct statfs} of 64-bit Linux, as far as it is used. */
  private static final StructLayout STATFS_LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("type"), JAVA_LONG.withName("bsize"), MemoryLayout.paddingLayout(104));

  private static final VarHandle STATFS_TYPE =
      STATFS_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("type"));
  private static final VarHandle STATFS_BLOCK =
      STATFS_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("bsize"));

  /*
   * One errno cell a call would cost an allocation, one a carrier thread cannot be kept by a virtual
   * thread; a confined arena per call is some 50 ns beside a system call.
   */
  private static final MethodHandle OPEN =
      variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle PREAD =
      call("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      call("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FDATASYNC = call("fdatasync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FSYNC = call("fsync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FALLOCATE =
      call("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FLOCK = call("flock", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle LSEEK = call("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle STATX =
      call("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FSTATFS = call("fstatfs", JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FTRUNCATE = call("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle LINK = call("link", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle MMAP =
      call("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MUNMAP = call("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MADVISE =
      call("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle STRERROR = plain("strerror", ADDRESS, JAVA_INT);

  private Posix() {}

  static int open(String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) OPEN.invokeExact(state, name, flags | O_CLOEXEC, mode), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static int link(String existing, String created) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(existing);
      MemorySegment to = arena.allocateFrom(created);
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) LINK.invokeExact(state, from, to), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static int close(int fd) {
    return onDescriptor(CLOSE, fd);
  }

  static int fdatasync(int fd) {
    return onDescriptor(FDATASYNC, fd);
  }

  static int fsync(int fd) {
    return onDescriptor(FSYNC, fd);
  }

  private static int onDescriptor(MethodHandle function, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) function.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static long pread(int fd, MemorySegment target, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((long) PREAD.invokeExact(state, fd, target, target.byteSize(), offset), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static long pwrite(int fd, MemorySegment source, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((long) PWRITE.invokeExact(state, fd, source, source.byteSize(), offset), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Allocates a range, extending the file if it ends before it. */
  static int fallocate(int fd, long offset, long length) {
    return fallocate(fd, 0, offset, length);
  }

  /** Gives the space of a range back. */
  static int punchHole(int fd, long offset, long length) {
    return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
  }

  /** Makes a range zero, keeping its space. */
  static int zero(int fd, long offset, long length) {
    return fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, offset, length);
  }

  private static int fallocate(int fd, int mode, long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) FALLOCATE.invokeExact(state, fd, mode, offset, length), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static int ftruncate(int fd, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) FTRUNCATE.invokeExact(state, fd, size), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static int flock(int fd, int operation) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) FLOCK.invokeExact(state, fd, operation), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static long size(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((long) LSEEK.invokeExact(state, fd, 0L, SEEK_END), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /**
   * The number of names of a file and its size.
   *
   * @param links {@code -errno} if that cannot be told
   */
  record Status(long links, long size) {}

  static Status status(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      MemorySegment status = arena.allocate(STATX_LAYOUT);
      int result =
          result(
              (int)
                  STATX.invokeExact(
                      state, fd, EMPTY_PATH, AT_EMPTY_PATH, STATX_NLINK | STATX_SIZE, status),
              state);
      return result < 0
          ? new Status(result, 0)
          : new Status((int) STATX_LINKS.get(status, 0L), (long) STATX_BYTES.get(status, 0L));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static VarHandle statxField(String name) {
    return STATX_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement(name));
  }

  /**
   * What {@code statx} tells of a file beside its status. Values that the kernel does not fill in
   * are 0.
   *
   * @param preferredBytes the preferred size of a read or write
   * @param major the device under the file, or the file itself if it is one: its major number
   * @param minor its minor number
   * @param directAlignmentBytes to what a direct write is aligned
   * @param atomicMinBytes the least size of a write that is not torn, if asked for
   * @param atomicMaxBytes the largest one
   */
  record Details(
      int preferredBytes,
      int major,
      int minor,
      int directAlignmentBytes,
      int atomicMinBytes,
      int atomicMaxBytes) {}

  static Details details(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      MemorySegment status = arena.allocate(STATX_LAYOUT);
      int mask = STATX_SIZE | STATX_DIOALIGN | STATX_WRITE_ATOMIC;
      int _ =
          result(
              (int) STATX.invokeExact(state, fd, EMPTY_PATH, AT_EMPTY_PATH, mask, status), state);
      int own = (int) statxField("rdev_major").get(status, 0L);
      String device = own == 0 ? "dev" : "rdev";
      return new Details(
          (int) statxField("blksize").get(status, 0L),
          (int) statxField(device + "_major").get(status, 0L),
          (int) statxField(device + "_minor").get(status, 0L),
          (int) statxField("dio_offset_align").get(status, 0L),
          (int) statxField("atomic_write_unit_min").get(status, 0L),
          (int) statxField("atomic_write_unit_max").get(status, 0L));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /**
   * A file's file system.
   *
   * @param type its magic number, 0 if that cannot be told
   * @param blockBytes the unit in which it allocates
   */
  record FileSystem(long type, long blockBytes) {}

  static FileSystem fileSystem(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      MemorySegment status = arena.allocate(STATFS_LAYOUT);
      int _ = result((int) FSTATFS.invokeExact(state, fd, status), state);
      return new FileSystem(
          (long) STATFS_TYPE.get(status, 0L), (long) STATFS_BLOCK.get(status, 0L));
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** Whether stores through a mapping are durable once they have left the processor's caches. */
  static boolean canMapSync(int fd, long length) {
    long address = map(0, length, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0);
    boolean mapped = address >= 0 || address < -4095;
    if (mapped) {
      unmap(address, length);
    }
    return mapped;
  }

  /** Maps a file copy-on-write; the range may end beyond the file. */
  static long mapPrivate(int fd, long length) {
    return map(0, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
  }

  static long mapShared(int fd, long offset, long length) {
    return map(0, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
  }

  /** Puts zero pages over a mapped range, in one atomic step. */
  static void replaceByEmptyPages(long address, long length) {
    map(address, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }

  /** Puts memory of zeroes over a mapped range, in one atomic step. */
  static boolean replaceByMemory(long address, long length) {
    int protection = PROT_READ | PROT_WRITE;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    return map(address, length, protection, flags, -1, 0) == address;
  }

  /** Puts a range of a file over a mapped range, in one atomic step; copy-on-write if private. */
  static void replaceByFile(long address, long length, int fd, long offset, boolean shared) {
    int flags = (shared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE) | MAP_FIXED;
    long _ = map(address, length, PROT_READ | PROT_WRITE, flags, fd, offset);
  }

  private static long map(
      long address, long length, int protection, int flags, int fd, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result(
          (long) MMAP.invokeExact(state, address, length, protection, flags, fd, offset), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static void unmap(long address, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      int _ = result((int) MUNMAP.invokeExact(state, address, length), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  static void dropPages(long address, long length) {
    long _ = advise(address, length, MADV_DONTNEED);
  }

  /**
   * Makes pages writable as a store would, and keeps what they hold.
   *
   * @return whether all are; none where the kernel cannot do it (Linux < 5.14)
   */
  static boolean populate(long address, long length) {
    return advise(address, length, MADV_POPULATE_WRITE) == 0;
  }

  /** Keeps the kernel from reading pages around the one that a fault needs. */
  static void expectRandomAccess(long address, long length) {
    long _ = advise(address, length, MADV_RANDOM);
  }

  /** Starts reading pages that are not in the page cache. */
  static void readAhead(long address, long length) {
    long _ = advise(address, length, MADV_WILLNEED);
  }

  private static long advise(long address, long length, int advice) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE_LAYOUT);
      return result((int) MADVISE.invokeExact(state, address, length, advice), state);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  /** What the operating system calls an error. */
  @SuppressWarnings("restricted")
  static String message(long negativeErrno) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact((int) -negativeErrno);
      return text.reinterpret(1024).getString(0);
    } catch (Throwable t) {
      throw unexpected(t);
    }
  }

  private static long result(long value, MemorySegment state) {
    return value == -1 ? -(int) ERRNO.get(state, 0L) : value;
  }

  private static int result(int value, MemorySegment state) {
    return value == -1 ? -(int) ERRNO.get(state, 0L) : value;
  }

  private static MethodHandle call(String name, ValueLayout result, ValueLayout... arguments) {
    return link(name, result, arguments, Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(
      String name, int firstVariadic, ValueLayout result, ValueLayout... arguments) {
    return link(
        name,
        result,
        arguments,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  private static MethodHandle plain(String name, ValueLayout result, ValueLayout... arguments) {
    return link(name, result, arguments);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, ValueLayout result, ValueLayout[] arguments, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        options);
  }

  private static Error unexpected(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    return new AssertionError("a system call cannot throw this", t);
  }
}

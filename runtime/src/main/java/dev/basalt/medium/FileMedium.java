package dev.basalt.medium;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolFullException;
import dev.basalt.error.PoolInUseException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A pool in a file: of the page cache, or of a DAX file system if {@link #tryDax} has succeeded.
 */
public final class FileMedium extends DescriptorMedium {
  private static final int MODE = 0600;

  /** So much of a file is mapped to see whether that can be done: a page. */
  private static final int PROBE_BYTES = 4096;

  /** The name that the file has until it is published; the same as {@link #name} for others. */
  private final Path givenName;

  /** Held while the file's size changes, and by who thinks that somebody else has changed it. */
  private final Object sizeLock = new Object();

  /** The size that the file had when it was opened or last changed by us. */
  private volatile long sizeKnown;

  /** Set before the file is mapped for the first time. */
  private boolean dax;

  /** What {@link #force} makes durable: set once, before it is used. */
  private MemorySegment synchronous = MemorySegment.NULL;

  private long synchronousOffset;

  private FileMedium(Path path, Path givenName, int fd) {
    super(path, fd);
    this.givenName = givenName;
    this.sizeKnown = Math.max(0, Posix.size(fd));
  }

  /**
   * Opens an existing file and locks it.
   *
   * @param path the file
   * @param readOnly whether to open for reading only, with a lock shared by readers
   * @return the medium
   * @throws PoolAccessException if it is missing, is not a file, or may not be opened
   * @throws PoolInUseException if somebody else has it
   */
  public static FileMedium open(Path path, boolean readOnly) {
    if (Files.isDirectory(path)) {
      throw new PoolAccessException(path + " is a directory, not a pool");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      String hint =
          path.startsWith("/dev/dax")
              ? "; a file of a file system that is mounted on that memory with DAX can be one"
              : "";
      throw new PoolAccessException(path + " is not a regular file, so it cannot be a pool" + hint);
    }
    int fd = Posix.open(path.toString(), readOnly ? Posix.O_RDONLY : Posix.O_RDWR, 0);
    if (fd < 0) {
      throw cannotOpen(path, fd, readOnly);
    }
    FileMedium medium = new FileMedium(path, path, fd);
    try {
      medium.lock(readOnly ? Posix.LOCK_SH : Posix.LOCK_EX);
      return medium;
    } catch (RuntimeException e) {
      medium.close();
      throw e;
    }
  }

  /**
   * Creates a file under a name of its own, locked, beside where the pool is to be. It becomes
   * visible as the pool by {@link #publish}, so that nobody ever sees a half-made pool.
   *
   * @param pool the pool's path
   * @return the medium
   * @throws PoolAccessException if the folder is missing or may not be written
   */
  public static FileMedium createUnpublished(Path pool) {
    Path unpublished = pool.resolveSibling(pool.getFileName() + "." + UUID.randomUUID() + ".new");
    int fd = Posix.open(unpublished.toString(), Posix.O_RDWR | Posix.O_CREAT | Posix.O_EXCL, MODE);
    if (fd < 0) {
      String why = fd == -Posix.ENOENT ? "its folder does not exist" : Posix.message(fd);
      throw new PoolAccessException(pool + " cannot be created: " + why);
    }
    FileMedium medium = new FileMedium(pool, unpublished, fd);
    medium.lock(Posix.LOCK_EX);
    return medium;
  }

  /**
   * Gives an unpublished file the pool's name.
   *
   * @return whether it has the name now; {@code false} if somebody else was first
   */
  public boolean publish() {
    int linked = Posix.link(givenName.toString(), path.toString());
    deleteUnpublished();
    if (linked < 0 && linked != -Posix.EEXIST) {
      throw new PoolAccessException(path + " cannot be created: " + Posix.message(linked));
    }
    syncFolder();
    return linked >= 0;
  }

  /** Removes the temporary name of an unpublished file. */
  public void deleteUnpublished() {
    try {
      Files.deleteIfExists(givenName);
    } catch (IOException e) {
      throw new PoolAccessException(givenName + " cannot be removed: " + e.getMessage(), e);
    }
  }

  /** A new name is durable once its folder is synced. */
  private void syncFolder() {
    Path folder = path.toAbsolutePath().getParent();
    int fd = folder == null ? -1 : Posix.open(folder.toString(), Posix.O_RDONLY, 0);
    if (fd >= 0) {
      Posix.fsync(fd);
      Posix.close(fd);
    }
  }

  /**
   * Maps the file without a page cache from now on, if it is one of persistent memory. Tried with
   * its first page, because nothing that a file system says of itself is as good.
   *
   * @return {@code null} if it is mapped so, or else why it cannot be
   */
  public @Nullable String tryDax() {
    if (sizeKnown < PROBE_BYTES) {
      return "it has only " + sizeKnown + " bytes";
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment _ = SyncMapping.map(fd, 0, PROBE_BYTES, arena);
      String obstacle = CacheWriteBack.findObstacle();
      dax = obstacle == null;
      return obstacle;
    } catch (IOException | UnsupportedOperationException e) {
      return String.valueOf(e.getMessage());
    } catch (LinkageError e) {
      return "this JVM has no module jdk.nio.mapmode";
    }
  }

  @Override
  public boolean isDax() {
    return dax;
  }

  @Override
  public Mapping mapSynchronous(long offset, long lengthBytes) {
    try {
      synchronous = SyncMapping.map(fd, offset, lengthBytes, Arena.ofAuto());
    } catch (IOException e) {
      throw new MediaErrorException(
          "%s: cannot map %d bytes at %d: %s".formatted(path, lengthBytes, offset, e.getMessage()),
          offset,
          lengthBytes,
          e);
    }
    synchronousOffset = offset;
    return Mapping.ofSegment(name(), synchronous);
  }

  @Override
  public void force(long offset, long lengthBytes) {
    synchronous.asSlice(offset - synchronousOffset, lengthBytes).force();
  }

  @Override
  public long size() {
    long size = Posix.size(fd);
    if (size < 0) {
      throw failure("size", 0, 0, size);
    }
    return size;
  }

  @Override
  public MediumAttributes attributes() {
    return FileExamination.of(fd, size());
  }

  /**
   * Whether the file lies in memory, so that nothing of it survives a power cut.
   *
   * @return whether its file system is one without a disk
   */
  public boolean isInMemoryOnly() {
    return FileExamination.isInMemoryOnly(fd);
  }

  @Override
  public void checkIntact() {
    Posix.Status status = Posix.status(fd);
    if (status.links() < 0) {
      throw failure("examine", 0, sizeKnown, status.links());
    }
    if (status.links() == 0) {
      throw new MediaErrorException(
          "%s was deleted or replaced while it was open: what is written to it would be lost"
              .formatted(path));
    }
    if (status.size() < sizeKnown) {
      checkSize(); // or it has been made shorter, or longer, between the two looks
    }
  }

  private void checkSize() {
    synchronized (sizeLock) {
      long size = size();
      if (size < sizeKnown) {
        throw new CorruptPoolException(
            "%s was cut off while it was open: it should have %d bytes but has %d"
                .formatted(path, sizeKnown, size));
      }
    }
  }

  @Override
  public void grow(long newSizeBytes) {
    checkIntact();
    synchronized (sizeLock) {
      long size = size();
      if (newSizeBytes > size) {
        extend(size, newSizeBytes);
      }
      sizeKnown = Math.max(newSizeBytes, size);
    }
  }

  private void extend(long size, long newSizeBytes) {
    int result;
    do {
      result = Posix.fallocate(fd, size, newSizeBytes - size);
    } while (result == -Posix.EINTR);
    if (result == -Posix.EOPNOTSUPP) {
      try {
        growByWriting(size, newSizeBytes);
      } catch (PoolFullException e) {
        Posix.ftruncate(fd, size);
        throw e;
      }
    } else if (isFull(result)) {
      Posix.ftruncate(fd, size);
      throw full(size, newSizeBytes, result);
    } else if (result < 0) {
      throw failure("allocate", size, newSizeBytes - size, result);
    }
  }

  @Override
  public boolean shrink(long newSizeBytes) {
    synchronized (sizeLock) {
      boolean done = Posix.ftruncate(fd, newSizeBytes) >= 0;
      if (done) {
        sizeKnown = newSizeBytes;
      }
      return done;
    }
  }

  /**
   * A file system that cannot allocate cannot punch holes either; there the file can still have
   * holes, if it is a copy that was made sparse.
   */
  @Override
  public void allocate(long offset, long lengthBytes) {
    int result;
    do {
      result = Posix.fallocate(fd, offset, lengthBytes);
    } while (result == -Posix.EINTR);
    if (isFull(result)) {
      throw new PoolFullException(
          "%s: %d bytes at %d cannot be allocated: %s"
              .formatted(path, lengthBytes, offset, Posix.message(result)));
    }
    if (result < 0 && result != -Posix.EOPNOTSUPP) {
      throw failure("allocate", offset, lengthBytes, result);
    }
  }
}

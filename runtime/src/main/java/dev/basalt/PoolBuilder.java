package dev.basalt;

import dev.basalt.error.PoolAccessException;
import dev.basalt.format.Geometry;
import dev.basalt.log.Log;
import dev.basalt.log.SuperblockStore;
import dev.basalt.medium.DeviceMedium;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import dev.basalt.medium.WatchedMedium;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.ValueCodec;
import dev.basalt.recovery.PoolCreator;
import dev.basalt.recovery.RecoveredPool;
import dev.basalt.recovery.UnrecoveredPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how a pool is to be opened. Not thread-safe. */
public final class PoolBuilder {
  private static final Logger LOGGER = LoggerFactory.getLogger(PoolBuilder.class);

  private static final long MAX_SIZE_DEFAULT = 64L << 30;
  private static final long LOG_SIZE_DEFAULT = 64L << 20;

  private static final long MEMORY_MAX_DEFAULT = 256L << 20;
  private static final Duration SYNC_INTERVAL_DEFAULT = Duration.ofMillis(10);

  /** The least size that the heap of a pool gets. */
  private static final long HEAP_SIZE_MIN = 1L << 20;

  private final Path path;
  private OpenMode mode = OpenMode.OPEN_OR_CREATE;
  private Durability durability = Durability.SYNC;
  private long maxSize = MAX_SIZE_DEFAULT;
  private long logSize = LOG_SIZE_DEFAULT;
  private long memoryMax = MEMORY_MAX_DEFAULT;
  private Duration syncInterval = SYNC_INTERVAL_DEFAULT;
  private boolean reclaimInBackground = true;
  private boolean collectCyclesInBackground;
  private long freeSpaceKept = -1;
  private boolean overwriteDevice;
  private Dax dax = Dax.AUTO;
  private Duration scrubInterval = Duration.ZERO;
  private final List<Class<?>> classes = new ArrayList<>();
  private final List<Codec<?>> codecs = new ArrayList<>();
  private @Nullable ClassLoader loader;

  PoolBuilder(Path path) {
    this.path = Objects.requireNonNull(path, "path");
  }

  /**
   * Sets whether the pool is created, opened or read; {@link OpenMode#OPEN_OR_CREATE} if not set.
   *
   * @param newMode the mode
   * @return this builder
   */
  public PoolBuilder mode(OpenMode newMode) {
    this.mode = Objects.requireNonNull(newMode, "mode");
    return this;
  }

  /**
   * Sets what an update that has returned survives; {@link Durability#SYNC} if not set.
   *
   * @param newDurability the durability
   * @return this builder
   */
  public PoolBuilder durability(Durability newDurability) {
    this.durability = Objects.requireNonNull(newDurability, "durability");
    return this;
  }

  /**
   * Sets the size up to which the pool can grow while it is open: address space is reserved, not
   * memory or disk. 64 GiB if not set; a pool that is larger already keeps its size.
   *
   * @param bytes the size in bytes
   * @return this builder
   */
  public PoolBuilder maxSize(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("maxSize must be positive, not " + bytes);
    }
    this.maxSize = bytes;
    return this;
  }

  /**
   * Sets the size of the log of a pool that is created; 64 MiB if not set. It bounds the time that
   * recovery takes. An existing pool keeps its log.
   *
   * @param bytes the size in bytes, rounded up to a multiple of 64 KiB
   * @return this builder
   */
  public PoolBuilder logSize(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("logSize must be positive, not " + bytes);
    }
    this.logSize = Geometry.wholeChunks(bytes);
    return this;
  }

  /**
   * Sets how much memory the pool may keep for pages that have been changed; 256 MiB if not set.
   * When there are more, a checkpoint writes them home and gives the memory back.
   *
   * @param bytes the size in bytes
   * @return this builder
   */
  public PoolBuilder memoryMax(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("memoryMax must be positive, not " + bytes);
    }
    this.memoryMax = bytes;
    return this;
  }

  /**
   * Sets how much free space stays allocated in the file, so that it can be used again at once; an
   * eighth of the pool, from 4 to 256 MiB, if not set. What is free beyond that is given back to
   * the file system little by little, by checkpoints: the file gets holes, and shorter if its end
   * is free.
   *
   * @param bytes the size in bytes; {@code Long.MAX_VALUE} to give nothing back
   * @return this builder
   */
  public PoolBuilder freeSpaceKept(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("freeSpaceKept must not be negative, but is " + bytes);
    }
    this.freeSpaceKept = bytes;
    return this;
  }

  /**
   * Sets how often an ASYNC pool makes its updates durable; every 10 ms if not set. A power cut
   * loses at most what was updated since.
   *
   * @param interval the time between two syncs
   * @return this builder
   */
  public PoolBuilder syncInterval(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("syncInterval must be positive, not " + interval);
    }
    this.syncInterval = interval;
    return this;
  }

  /**
   * Sets whether objects that nothing refers to are reclaimed by a thread of the pool; they are if
   * not set. Else they wait for {@link Pool#reclaim}, or until the pool is full.
   *
   * @param background whether there is such a thread
   * @return this builder
   */
  public PoolBuilder reclaimInBackground(boolean background) {
    this.reclaimInBackground = background;
    return this;
  }

  /**
   * Sets whether garbage in cycles, which {@link Pool#collectCycles} reclaims, is collected by a
   * thread of the pool too: when what is in use has grown by half since the last time, and when the
   * pool is full. It is not if not set: a collection looks at all that is in use, and memory is
   * needed for that while it lasts.
   *
   * @param background whether there is such a thread
   * @return this builder
   */
  public PoolBuilder collectCyclesInBackground(boolean background) {
    this.collectCyclesInBackground = background;
    return this;
  }

  /**
   * Sets the loader of the classes of stored objects; the thread's context loader if not set.
   *
   * @param newLoader the loader
   * @return this builder
   */
  public PoolBuilder classLoader(ClassLoader newLoader) {
    this.loader = Objects.requireNonNull(newLoader, "classLoader");
    return this;
  }

  /**
   * Names classes that were renamed or moved since their objects were stored. They say so by {@link
   * dev.basalt.annotation.RenamedFrom}; to be found by their old names they must be named here, or
   * be reached from a class that is stored or named, by a superclass, a permitted subclass or the
   * type of a field.
   *
   * @param named the classes
   * @return this builder
   */
  public PoolBuilder classes(Class<?>... named) {
    classes.addAll(List.of(named));
    return this;
  }

  /**
   * Adds a codec for values of a program's own type. It comes before those that are found as
   * services.
   *
   * @param <T> the type
   * @param type the class of the values, what {@link Codec#type} returns
   * @param codec the codec
   * @return this builder
   */
  public <T> PoolBuilder codec(Class<T> type, Codec<T> codec) {
    if (codec.type() != type) {
      throw new IllegalArgumentException(
          "the codec '%s' is for %s, not for %s".formatted(codec.name(), codec.type(), type));
    }
    codecs.add(codec);
    return this;
  }

  /**
   * Lets a pool that is to be created on a block device take the place of what is there, which is
   * lost. If not set, the device must be empty, or hold a pool that is to be opened.
   *
   * @return this builder
   */
  public PoolBuilder overwriteDevice() {
    this.overwriteDevice = true;
    return this;
  }

  /**
   * Has a thread of the pool {@linkplain Pool#scrub scrub} it from time to time, by 16 MiB a second
   * at most, and log what is damaged; {@link Pool#lastScrub} has the report. It does not if not
   * set, nor for a pool that is opened for reading.
   *
   * @param interval the time between the end of one and the begin of the next, and before the first
   * @return this builder
   */
  public PoolBuilder scrubEvery(Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("the interval must be positive, not " + interval);
    }
    this.scrubInterval = interval;
    return this;
  }

  /**
   * Sets whether a file on persistent memory is mapped without a page cache; {@link Dax#AUTO} if
   * not set. {@link PoolAttributes#dax} tells what has become of it.
   *
   * @param newDax whether it is
   * @return this builder
   */
  public PoolBuilder dax(Dax newDax) {
    this.dax = Objects.requireNonNull(newDax, "dax");
    return this;
  }

  /**
   * Opens the pool. What a crash has left in the log is replayed first.
   *
   * @return the open pool
   * @throws PoolAccessException if there is no such file, it is not a pool or may not be opened
   * @throws dev.basalt.error.PoolInUseException if it is open already
   * @throws dev.basalt.error.IncompatiblePoolException if its format is another one
   * @throws dev.basalt.error.CorruptPoolException if it is damaged
   * @throws dev.basalt.error.PoolFullException if it cannot be created for want of space
   */
  public Pool open() {
    return open(openMedium());
  }

  /** Opens the pool on a medium, which belongs to the pool from then on. */
  Pool open(Medium underlying) {
    WatchedMedium medium = new WatchedMedium(underlying);
    try {
      UnrecoveredPool unrecovered = UnrecoveredPool.read(medium);
      RecoveredPool recovered = unrecovered.recover(Geometry.wholeChunks(maxSize), isReadOnly());
      Log log = null;
      try {
        log = openLog(recovered);
        return new Pool(this, recovered, medium, log);
      } catch (RuntimeException | Error e) {
        recovered.heap().close();
        if (log != null) {
          log.close(); // what it has mapped would keep the file locked
        }
        throw e;
      }
    } catch (RuntimeException | Error e) {
      medium.close();
      throw e;
    }
  }

  private Log openLog(RecoveredPool recovered) {
    boolean sync = durability == Durability.SYNC || isReadOnly();
    Log.Mode logMode = sync ? Log.Mode.SYNC : Log.Mode.ASYNC;
    return new Log(
        recovered.region(),
        recovered.superblocks().current(),
        recovered.heap().isShared() ? Log.Mode.DAX : logMode);
  }

  private Medium openMedium() {
    if (DeviceMedium.isDevice(path)) {
      return openDevice();
    }
    boolean exists = Files.exists(path);
    return switch (mode) {
      case OPEN -> openFile();
      case READ_ONLY -> FileMedium.open(path, true);
      case OPEN_OR_CREATE -> {
        if (!exists) {
          create();
        }
        yield openFile();
      }
      case CREATE_NEW -> {
        if (exists || !create()) {
          throw new PoolAccessException(path + " exists already");
        }
        yield openFile();
      }
    };
  }

  private FileMedium openFile() {
    FileMedium medium = FileMedium.open(path, false);
    if (dax != Dax.NEVER) {
      warnIfExpected(medium.tryDax());
    }
    if (durability == Durability.SYNC && medium.isInMemoryOnly()) {
      LOGGER.warn(
          "{} lies in memory (tmpfs): updates survive the process, but a power cut loses the whole"
              + " pool, whatever was synced",
          path);
    }
    return medium;
  }

  private void warnIfExpected(@Nullable String reason) {
    if (dax == Dax.EXPECTED && reason != null) {
      LOGGER.warn(
          "{} cannot be mapped as persistent memory ({}); updates are made durable by writing and"
              + " syncing instead",
          path,
          reason);
    }
  }

  /** A device is there before the pool is; what decides is what it holds. */
  private DeviceMedium openDevice() {
    DeviceMedium device = DeviceMedium.open(path, isReadOnly());
    warnIfExpected("Linux maps no block device so, only files of a file system on it");
    try {
      boolean mayCreate = mode == OpenMode.CREATE_NEW || mode == OpenMode.OPEN_OR_CREATE;
      boolean isPool = mayCreate && SuperblockStore.isPool(device);
      if (mayCreate && (!isPool || mode == OpenMode.CREATE_NEW)) {
        if (!device.isBlank() && !overwriteDevice) {
          throw new PoolAccessException(
              "%s holds %s; the pool would take its place if overwriteDevice() said so"
                  .formatted(path, isPool ? "a pool" : "something that is not a pool"));
        }
        checkSizes();
        PoolCreator.createOnDevice(device, logSize);
      }
      return device;
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  /** Makes the file; says whether it was this call that gave the pool its name. */
  private boolean create() {
    checkSizes();
    try (FileMedium medium = FileMedium.createUnpublished(path)) {
      try {
        PoolCreator.create(medium, logSize);
        return medium.publish();
      } catch (RuntimeException | Error e) {
        medium.deleteUnpublished();
        throw e;
      }
    }
  }

  private void checkSizes() {
    long smallest = Geometry.heapOffset(logSize) + HEAP_SIZE_MIN;
    if (maxSize < smallest) {
      throw new IllegalArgumentException(
          "maxSize %d is too small for a log of %d bytes: at least %d"
              .formatted(maxSize, logSize, smallest));
    }
  }

  Path path() {
    return path;
  }

  boolean isReadOnly() {
    return mode == OpenMode.READ_ONLY;
  }

  Durability durability() {
    return durability;
  }

  long memoryMax() {
    return memoryMax;
  }

  long freeSpaceKept() {
    return freeSpaceKept;
  }

  boolean reclaimInBackground() {
    return reclaimInBackground;
  }

  boolean collectCyclesInBackground() {
    return collectCyclesInBackground;
  }

  /** Zero for never. */
  Duration scrubInterval() {
    return scrubInterval;
  }

  Duration syncInterval() {
    return syncInterval;
  }

  /** What the object layer is told of the program's classes. */
  ObjectSpace.Options objects() {
    List<ValueCodec> all = new ArrayList<>();
    codecs.forEach(codec -> all.add(adapt(codec)));
    for (Codec<?> codec : ServiceLoader.load(Codec.class, loader())) {
      all.add(adapt(codec));
    }
    return new ObjectSpace.Options(loader(), List.copyOf(classes), all);
  }

  private static <T> ValueCodec adapt(Codec<T> codec) {
    Class<T> type = codec.type();
    return new ValueCodec(
        type,
        codec.name(),
        codec.version(),
        value -> codec.encode(type.cast(value)),
        (bytes, version) -> codec.decode(bytes, version));
  }

  private ClassLoader loader() {
    if (loader != null) {
      return loader;
    }
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return context != null ? context : ClassLoader.getSystemClassLoader();
  }
}

package dev.basalt;

import dev.basalt.cycles.CycleCollection;
import dev.basalt.cycles.CycleThread;
import dev.basalt.dump.PoolDump;
import dev.basalt.error.PoolClosedException;
import dev.basalt.error.ReadOnlyPoolException;
import dev.basalt.log.Log;
import dev.basalt.medium.Medium;
import dev.basalt.medium.WatchedMedium;
import dev.basalt.memory.Allocator;
import dev.basalt.object.Migration;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.Reclaimer;
import dev.basalt.object.Roots;
import dev.basalt.recovery.RecoveredPool;
import dev.basalt.tx.TransactionManager;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;
import dev.basalt.tx.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open pool: a file whose objects are plain Java objects to the program and are still there
 * after a restart, a kill or a power cut.
 *
 * <p>Objects are reached from named {@linkplain #root roots}. They are changed in {@linkplain
 * #update updates}, which happen entirely or not at all, and read in {@linkplain #view views},
 * which see one committed state from begin to end. Outside both, every field access and every
 * operation of a collection is a transaction of its own.
 *
 * <p>Safe for use by any number of threads, virtual ones too.
 */
public final class Pool implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Pool.class);

  private final Path path;
  private final RecoveredPool recovered;
  private final WatchedMedium medium;
  private final boolean readOnly;
  private final Allocator allocator;
  private final Log log;
  private final TransactionManager transactions;
  private final ObjectSpace space;
  private final Roots roots;
  private final Reclaimer reclaimer;
  private final CycleCollection cycles;
  private @Nullable CycleThread cycleThread;
  private final long migratedObjects;
  private final @Nullable BackgroundScrub scrubbing;
  private volatile boolean open = true;

  Pool(PoolBuilder options, RecoveredPool recovered, WatchedMedium medium, Log log) {
    this.path = options.path();
    this.recovered = recovered;
    this.medium = medium;
    this.readOnly = options.isReadOnly();
    boolean sync = options.durability() == Durability.SYNC;
    this.log = log;
    this.allocator =
        new Allocator(
            recovered.heap(),
            new PoolGrowth(recovered.heap(), recovered.superblocks(), log),
            options.freeSpaceKept());
    this.transactions =
        new TransactionManager(
            new TransactionManager.Parts(
                recovered.heap(),
                allocator,
                log,
                recovered.superblocks(),
                recovered.sequence(),
                sync,
                readOnly,
                options.memoryMax(),
                options.syncInterval().toNanos()));
    this.space = new ObjectSpace(transactions, options.objects(), this);
    this.roots = new Roots(space);
    this.reclaimer = new Reclaimer(space);
    this.cycles = new CycleCollection(space, allocator, reclaimer);
    transactions.start();
    this.migratedObjects = readOnly ? 0 : migrate();
    if (options.reclaimInBackground()) {
      transactions.startSweeping();
    }
    if (options.collectCyclesInBackground() && !readOnly) {
      startCollectingCycles();
    }
    this.scrubbing =
        readOnly || options.scrubInterval().isZero()
            ? null
            : new BackgroundScrub(backups()::scrub, options.scrubInterval());
    if (scrubbing != null) {
      scrubbing.start();
    }
    LOGGER.info(
        "opened {}{}: {} commits replayed from {} bytes of log, {} pages, in {} us",
        path,
        recovered.heap().isShared() ? " in place on persistent memory" : "",
        recovered.report().commits(),
        recovered.report().logBytes(),
        recovered.report().pages(),
        recovered.report().nanos() / 1000);
  }

  private void startCollectingCycles() {
    CycleThread thread =
        new CycleThread(path.toString(), cycles, allocator, recovered.heap(), reclaimer.lost());
    cycleThread = thread;
    transactions.relief().setLastResort(thread::makeRoom);
    thread.start();
  }

  /** Brings objects of classes that have changed to the classes' present shapes. */
  private long migrate() {
    try {
      space.weakReferences().buildIndex(allocator);
      long objects = new Migration(space, allocator).run();
      if (objects > 0) {
        reclaimer.drain();
      }
      return objects;
    } catch (RuntimeException | Error e) {
      try {
        close();
      } catch (RuntimeException | Error second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /**
   * Opens a pool, creating it if it does not exist.
   *
   * @param path the pool's file
   * @return the open pool
   */
  public static Pool open(Path path) {
    return builder(path).open();
  }

  /**
   * Starts to say how a pool is to be opened.
   *
   * @param path the pool's file
   * @return a builder
   */
  public static PoolBuilder builder(Path path) {
    return new PoolBuilder(path);
  }

  // ---- roots

  /**
   * Gets a root; makes and stores it first if it is absent, atomically.
   *
   * @param <T> the root's type
   * @param name the root's name
   * @param type the class of what it holds
   * @param initial makes what an absent root is to hold; called inside an update, so again after a
   *     conflict
   * @return what the root holds
   * @throws ClassCastException if it holds something else
   */
  public <T> T root(String name, Class<T> type, Supplier<? extends T> initial) {
    Objects.requireNonNull(initial, "initial");
    Optional<T> present = root(name, type);
    return present.orElseGet(
        () ->
            space.write(
                () -> {
                  Object found = roots.get(name);
                  if (found == null) {
                    T made = Objects.requireNonNull(initial.get(), "initial value of a root");
                    roots.put(name, made);
                    found = roots.get(name);
                  }
                  return cast(name, type, Objects.requireNonNull(found));
                }));
  }

  /**
   * Gets a root.
   *
   * @param <T> the root's type
   * @param name the root's name
   * @param type the class of what it holds
   * @return what the root holds, or empty if there is no such root
   * @throws ClassCastException if it holds something else
   */
  public <T> Optional<T> root(String name, Class<T> type) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    space.addClass(type);
    Object found = space.read(() -> roots.get(name));
    return found == null ? Optional.empty() : Optional.of(cast(name, type, found));
  }

  private <T> T cast(String name, Class<T> type, Object found) {
    if (!type.isInstance(found)) {
      throw new ClassCastException(
          "root '%s' of %s holds a %s, not a %s"
              .formatted(name, path, found.getClass().getName(), type.getName()));
    }
    return type.cast(found);
  }

  /**
   * Sets a root.
   *
   * @param name the root's name
   * @param value what it is to hold
   */
  public void putRoot(String name, Object value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    space.write(
        () -> {
          roots.put(name, value);
          return true;
        });
  }

  /**
   * Removes a root.
   *
   * @param name the root's name
   * @return whether there was one
   */
  public boolean removeRoot(String name) {
    Objects.requireNonNull(name, "name");
    return space.write(() -> roots.remove(name));
  }

  /**
   * The names of all roots.
   *
   * @return the names in their order
   */
  public Set<String> rootNames() {
    return space.read(roots::names);
  }

  // ---- transactions

  /**
   * Runs a body as one update: all of it happens, or, if it throws, nothing. Updates run side by
   * side and are serializable; a body that has met a change of another update runs again, so it
   * should have no effects outside the pool ({@link #onCommit} is for those). Inside an update it
   * is part of that one.
   *
   * @param <X> what the body throws
   * @param body the body
   * @throws X what the body throws, unchanged; the update is aborted
   * @throws ReadOnlyPoolException inside a view, or if the pool is open for reading
   */
  public <X extends Throwable> void update(ThrowingRunnable<X> body) throws X {
    this.<Boolean, X>update(
        () -> {
          body.run();
          return true;
        });
  }

  /**
   * Runs a body as one update: all of it happens, or, if it throws, nothing. Updates run side by
   * side and are serializable; a body that has met a change of another update runs again, so it
   * should have no effects outside the pool ({@link #onCommit} is for those). Inside an update it
   * is part of that one.
   *
   * @param <R> the result's type
   * @param <X> what the body throws
   * @param body the body
   * @return the body's result
   * @throws X what the body throws, unchanged; the update is aborted
   * @throws ReadOnlyPoolException inside a view, or if the pool is open for reading
   */
  public <R extends @Nullable Object, X extends Throwable> R update(ThrowingSupplier<R, X> body)
      throws X {
    if (transactions.current() instanceof Update outer) {
      return outer.join(body::get);
    }
    return transactions.update(body::get);
  }

  /**
   * Runs a body on one committed state. Inside an update it sees that update, inside a view that
   * view.
   *
   * @param <X> what the body throws
   * @param body the body
   * @throws X what the body throws, unchanged
   */
  public <X extends Throwable> void view(ThrowingRunnable<X> body) throws X {
    if (transactions.current() != null) {
      body.run();
      return;
    }
    View view = transactions.enterView();
    try {
      body.run(); // without a lambda around it: see docs/rewriting.md, What it costs
    } catch (UncommittedObjectException | InternalError e) {
      throw transactions.faults().ofView(e);
    } finally {
      view.leave();
    }
  }

  /**
   * Runs a body on one committed state. Inside an update it sees that update, inside a view that
   * view.
   *
   * @param <R> the result's type
   * @param <X> what the body throws
   * @param body the body
   * @return the body's result
   * @throws X what the body throws, unchanged
   */
  public <R extends @Nullable Object, X extends Throwable> R view(ThrowingSupplier<R, X> body)
      throws X {
    if (transactions.current() != null) {
      return body.get();
    }
    View view = transactions.enterView();
    try {
      return body.get();
    } catch (UncommittedObjectException | InternalError e) {
      throw transactions.faults().ofView(e);
    } finally {
      view.leave();
    }
  }

  /**
   * Begins an update that the caller ends; for frameworks. It cannot be run again by itself, so
   * after a conflict its methods or the commit throw {@link dev.basalt.error.ConflictException}.
   * Inside an update it joins that one, whose end then decides.
   *
   * @return the transaction
   * @throws ReadOnlyPoolException inside a view, or if the pool is open for reading
   */
  public Transaction begin() {
    Tx current = transactions.current();
    if (current instanceof Update outer) {
      return new JoinedTransaction(outer);
    }
    return new OwnTransaction(transactions, transactions.beginUpdate());
  }

  /**
   * Runs a hook once after the running update is durable, not at all if it aborts. Hooks run in
   * their order in the thread of the update, before its call returns. All of them run, whatever one
   * of them throws: the update has happened. The caller of the update gets the first exception,
   * with the others as suppressed ones.
   *
   * @param hook the hook
   * @throws IllegalStateException outside an update
   */
  public void onCommit(Runnable hook) {
    Objects.requireNonNull(hook, "hook");
    if (!(transactions.current() instanceof Update update)) {
      throw new IllegalStateException("onCommit is called inside an update");
    }
    update.onCommit(hook);
  }

  // ---- the pool as a whole

  /**
   * Returns once every update that has returned is durable.
   *
   * @throws dev.basalt.error.PoolFailedException if that cannot be done
   */
  public void sync() {
    checkOpen();
    transactions.sync();
  }

  /** Writes everything home and empties the log, so that the next opening has nothing to replay. */
  public void checkpoint() {
    checkWritable();
    transactions.checkpointer().checkpoint();
  }

  /**
   * Gives free space back to the file system or device at once, also what is usually kept for new
   * objects ({@link PoolBuilder#freeSpaceKept}): free space at the file's end is cut off, the rest
   * becomes holes, if the file system can do that. Objects are not moved, and what waits to be
   * {@linkplain #reclaim reclaimed} is not free yet. Updates go on meanwhile.
   */
  public void discard() {
    checkWritable();
    transactions.checkpointer().discard();
  }

  /** Reclaims everything in limbo that no handle and no view can reach. */
  public void reclaim() {
    checkWritable();
    transactions.endAbandoned();
    try {
      reclaimer.drain();
    } catch (InternalError e) {
      throw transactions.faults().of(e);
    }
  }

  /**
   * Reclaims what neither roots nor objects in the program's hands lead to, though it is referred
   * to: objects in cycles. Updates and views go on meanwhile. Waits until the transactions that are
   * running at its beginning have ended. One call at a time works; memory is needed for a bit per
   * 16 bytes of the pool, and for what updates change until everything that is in use has been
   * found.
   *
   * <p>If the thread is interrupted while it waits, nothing is reclaimed and the thread stays
   * interrupted.
   *
   * @return the objects reclaimed, values that have a place of their own included
   * @throws IllegalStateException inside a transaction of the pool
   */
  public long collectCycles() {
    checkWritable();
    if (transactions.current() != null) {
      throw new IllegalStateException(path + ": cycles cannot be collected inside a transaction");
    }
    try {
      return cycles.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } catch (InternalError e) {
      throw transactions.faults().of(e);
    }
  }

  /**
   * Checks every object, count, bitmap and structure of the pool. Updates wait meanwhile, views do
   * not. A damaged pool is a report with findings, not an exception.
   *
   * @return what was found
   */
  public CheckReport check() {
    return check((_, _, _) -> {});
  }

  /**
   * Checks every object, count, bitmap and structure of the pool. Updates wait meanwhile, views do
   * not. A damaged pool is a report with findings, not an exception.
   *
   * @param progress is told how far the check is
   * @return what was found
   */
  public CheckReport check(CheckReport.Progress progress) {
    checkOpen();
    return PoolChecks.check(space, allocator, progress);
  }

  /**
   * Checks a pool that is not open. It is not changed: what a crash has left in the log is replayed
   * in memory only. If it is so damaged that it cannot be opened, that is the finding.
   *
   * @param path the pool's file
   * @return what was found
   * @throws dev.basalt.error.PoolAccessException if there is no pool
   * @throws dev.basalt.error.PoolInUseException if it is open for writing
   */
  public static CheckReport check(Path path) {
    return PoolChecks.check(path, (_, _, _) -> {});
  }

  /**
   * Writes everything that the roots lead to as text: each root, and each object with its class,
   * its place and its fields with their names, types and values. The pool's own type table says
   * what there is, so no class of the program is needed; and a class that has changed is shown as
   * it was stored.
   *
   * <p>The text shows the state of one commit, the latest, while updates and views go on: also to a
   * caller inside an update, whose changes are not in it. What is damaged is said in its place, and
   * the rest is written. Memory is needed for a bit per 16 bytes of the pool, and for what updates
   * overwrite until the end. The lines are for people: programs should not rely on their form.
   *
   * @param out takes the text, line by line, in many small pieces
   * @return how many places were damaged
   * @throws IOException if the text cannot be written
   */
  public long dump(Appendable out) throws IOException {
    Objects.requireNonNull(out, "out");
    checkOpen();
    return new PoolDump(space, allocator, out).run();
  }

  /**
   * Copies the pool into a file of its own while it is in use: as it is at one commit, with all
   * updates that have returned before the call. Updates wait for a moment at the beginning. The
   * copy opens as a pool, free space in it takes none on the disk, and it has its name only once it
   * is whole and durable. Every page is compared with its checksum; what is damaged is copied as it
   * is, and reported.
   *
   * @param target the copy's file, which must not exist
   * @return what it holds
   * @throws dev.basalt.error.PoolAccessException if the target exists or cannot be created
   * @throws dev.basalt.error.MediaErrorException if it cannot be written; there is no copy then
   * @throws PoolClosedException if the pool is closed meanwhile; there is no copy then
   * @throws ReadOnlyPoolException if the pool is open for reading: its file can be copied as it is
   */
  public BackupReport backup(Path target) {
    return backup(target, (_, _) -> {});
  }

  /**
   * Copies the pool into a file of its own while it is in use, like {@link #backup(Path)}.
   *
   * @param target the copy's file, which must not exist
   * @param progress told how far the copy is
   * @return what it holds
   */
  public BackupReport backup(Path target, BackupReport.Progress progress) {
    checkWritable();
    return backups().full(target, progress);
  }

  BackupReport backup(Medium target) {
    return backups().full(target, (_, _) -> {});
  }

  /**
   * Writes those pages into a file in which the pool differs now from an earlier backup, while it
   * is in use. Everything that is said of {@link #backup(Path)} holds, but the file is no pool:
   * {@link #restore(Path, Path, Path)} makes one of both. The earlier backup is read, and must stay
   * as it is.
   *
   * @param earlier a backup of this pool that nobody has opened for writing
   * @param target the file, which must not exist
   * @param progress told how far it is
   * @return what it holds
   * @throws dev.basalt.error.PoolAccessException if the earlier file is no backup of this pool, or
   *     the target exists or cannot be created
   */
  public BackupReport backupChanges(Path earlier, Path target, BackupReport.Progress progress) {
    checkWritable();
    return backups().changes(earlier, target, progress);
  }

  /**
   * Writes those pages into a file in which the pool differs now from an earlier backup, like
   * {@link #backupChanges(Path, Path, BackupReport.Progress)}.
   *
   * @param earlier a backup of this pool that nobody has opened for writing
   * @param target the file, which must not exist
   * @return what it holds
   */
  public BackupReport backupChanges(Path earlier, Path target) {
    return backupChanges(earlier, target, (_, _) -> {});
  }

  /**
   * Reads every page in use from the medium and compares it with its checksum, while updates go on:
   * what a backup does, without one. Finds what the medium has lost before it is needed; {@link
   * #check()} looks at objects too, and stops updates for it.
   *
   * @param progress told how far it is; can slow it down
   * @return what is damaged; nothing was copied
   */
  public BackupReport scrub(BackupReport.Progress progress) {
    checkWritable();
    return backups().scrub(progress);
  }

  /**
   * What the last scrub in the background has found ({@link PoolBuilder#scrubEvery}).
   *
   * @return the report, or empty if none has ended yet
   */
  public Optional<BackupReport> lastScrub() {
    return Optional.ofNullable(scrubbing == null ? null : scrubbing.last());
  }

  /**
   * Makes pages whole that are damaged or cannot be read, from a backup of this pool: those that
   * have not changed since. Writing a page clears an error of the medium there. A page that could
   * not be read once and can be now, and is as it was written, needs no backup. The pool is read as
   * by {@link #scrub} first; then updates wait until the pages are written. What cannot be repaired
   * stays as it is; what can is no longer among the {@link #unreadableRanges}.
   *
   * @param backup a backup of this pool
   * @return what was repaired, and what was not
   * @throws dev.basalt.error.PoolAccessException if there is no backup of this pool
   */
  public RepairReport repair(Path backup) {
    BackupReport found = scrub((_, _) -> {});
    return new PoolRepair(transactions, medium, id()).run(found.damaged(), backup);
  }

  /**
   * The ranges that the medium has failed to supply, whoever has met them, in this session or an
   * earlier one. The pool remembers them: whoever needs something in them gets a {@link
   * dev.basalt.error.MediaErrorException} without another try, until {@link #repair} has cleared
   * the error, or free space there has been written. {@link #check()} names the objects in them.
   *
   * @return the ranges in ascending order
   */
  public List<BackupReport.Range> unreadableRanges() {
    checkOpen();
    return recovered.heap().bad().ranges().stream()
        .map(range -> new BackupReport.Range(range.offset(), range.length(), "could not be read"))
        .toList();
  }

  private PoolBackup backups() {
    return new PoolBackup(transactions, medium, id());
  }

  /**
   * Makes a pool of a backup, and compares every page with its checksum. A backup can also be
   * opened, or copied, as it is.
   *
   * @param backup the backup's file, or that of any pool that was closed
   * @param target the pool's file, which must not exist
   * @throws dev.basalt.error.CorruptPoolException if the backup is damaged; there is no pool then
   * @throws dev.basalt.error.PoolAccessException if there is no backup, or the target exists
   */
  public static void restore(Path backup, Path target) {
    PoolBackup.restore(backup, target, (_, _) -> {});
  }

  /**
   * Makes a pool of a backup and the changes since, as it was when the changes were written, and
   * compares every page with its checksum.
   *
   * @param backup the backup's file
   * @param changes the file with the changes since that backup
   * @param target the pool's file, which must not exist
   * @throws dev.basalt.error.CorruptPoolException if one of them is damaged; there is no pool then
   * @throws dev.basalt.error.PoolAccessException if they do not belong together, or the target
   *     exists
   */
  public static void restore(Path backup, Path changes, Path target) {
    PoolBackup.restore(backup, changes, target, (_, _) -> {});
  }

  /**
   * Writes a dense pool from one that is not open: what its roots lead to, without gaps. What was
   * waiting to be reclaimed and cycles that nothing leads to stay behind. The new pool has the
   * identity of the old one, of which it is a copy; the old one is not changed.
   *
   * @param from the old pool's file
   * @param to the new pool's file, which must not exist
   * @return how large they are
   * @throws dev.basalt.error.CorruptPoolException if the old pool has faults; {@link #check(Path)}
   *     tells them
   */
  public static CompactionReport compact(Path from, Path to) {
    return PoolCompaction.run(from, to);
  }

  CompactionReport compactTo(Path to) {
    return PoolCompaction.copy(space, id(), to);
  }

  /**
   * Counts and sizes. Reads the chunk table, 8 bytes per 64 KiB of pool, and the list of what waits
   * to be reclaimed; no bitmap and no object.
   *
   * @return the statistics
   */
  public PoolStats stats() {
    checkOpen();
    try {
      return readStats();
    } catch (InternalError e) {
      throw transactions.faults().of(e);
    }
  }

  /**
   * What the medium under the pool promises: asked of the kernel, and tried where that can be done
   * without changing anything. Nothing of it is needed for what the pool promises.
   *
   * @return the attributes at this moment
   */
  public PoolAttributes attributes() {
    checkOpen();
    long room =
        recovered.heap().sizeMax() - recovered.heap().size() + allocator.usage().freeBytes();
    // A large update lies in free space before it is put in place.
    return PoolAttributes.of(
        recovered.heap().medium().attributes(), room / 2, recovered.heap().isShared());
  }

  private PoolStats readStats() {
    Allocator.Usage usage = allocator.usage();
    TransactionManager.Counts counts = transactions.counts();
    return new PoolStats(
        recovered.heap().size(),
        recovered.heap().sizeMax(),
        usage.objects(),
        usage.objectBytes(),
        usage.freeBytes(),
        reclaimer.limboObjects(),
        space.handleCount(),
        counts.commits(),
        counts.aborts(),
        counts.conflicts(),
        counts.loneRuns(),
        log.used(),
        log.capacity(),
        log.flushes(),
        transactions.versionStoreBytes(),
        cycles.collections(),
        cycles.collected(),
        CheckpointStats.of(
            transactions.checkpointer().progress(),
            transactions.throttle().waits(),
            transactions.throttle().delayNanos()),
        RecoveryStats.of(recovered.report()),
        PoolStats.memory(usage),
        migratedObjects);
  }

  /**
   * The pool's file.
   *
   * @return the path that it was opened by
   */
  public Path path() {
    return path;
  }

  /**
   * The pool's identity, which a copy shares.
   *
   * @return the identity
   */
  public UUID id() {
    return recovered.superblocks().current().id();
  }

  /**
   * Whether the pool is open.
   *
   * @return {@code false} after {@link #close}
   */
  public boolean isOpen() {
    return open;
  }

  private void checkOpen() {
    if (!open) {
      throw new PoolClosedException(path + " is closed");
    }
  }

  private void checkWritable() {
    checkOpen();
    if (readOnly) {
      throw new ReadOnlyPoolException(path + " is open for reading only");
    }
  }

  /**
   * Closes the pool: waits for running transactions, writes everything home and releases the file.
   * A transaction whose thread has ended is aborted. Handles throw {@link PoolClosedException} from
   * then on. Closing again does nothing.
   */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    transactions.checkOutsideTransaction();
    open = false;
    try {
      if (cycleThread != null) {
        cycleThread.close();
      }
      cycles.close();
      if (scrubbing != null) {
        scrubbing.close();
      }
      transactions.close();
    } finally {
      recovered.heap().close();
      log.close();
      recovered.heap().medium().close();
    }
  }

  /**
   * Whether an object lives in a pool.
   *
   * @param object any object
   * @return {@code true} for a handle, {@code false} for a plain object
   */
  public static boolean isPersistent(@Nullable Object object) {
    return object instanceof PersistentObject persistent && persistent.$basalt$space() != null;
  }

  /**
   * The pool that an object lives in.
   *
   * @param object any object
   * @return its pool, or empty for a plain object
   */
  public static Optional<Pool> poolOf(@Nullable Object object) {
    if (object instanceof PersistentObject persistent) {
      ObjectSpace owner = persistent.$basalt$space();
      return owner == null ? Optional.empty() : Optional.of((Pool) owner.owner());
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "Pool[" + path + (open ? "]" : ", closed]");
  }
}

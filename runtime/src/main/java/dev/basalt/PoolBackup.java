package dev.basalt;

import dev.basalt.backup.Backup;
import dev.basalt.backup.ChangesWriter;
import dev.basalt.backup.ChunkSink;
import dev.basalt.backup.Damage;
import dev.basalt.backup.ImageCopy;
import dev.basalt.backup.Restore;
import dev.basalt.error.PoolAccessException;
import dev.basalt.error.PoolClosedException;
import dev.basalt.format.Geometry;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.Medium;
import dev.basalt.medium.WatchedMedium;
import dev.basalt.memory.Heap;
import dev.basalt.memory.PoolImage;
import dev.basalt.tx.TransactionManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the files of backups, and pools of them. */
final class PoolBackup {
  private static final Logger LOGGER = LoggerFactory.getLogger(PoolBackup.class);

  private final TransactionManager transactions;
  private final WatchedMedium medium;
  private final UUID id;

  PoolBackup(TransactionManager transactions, WatchedMedium medium, UUID id) {
    this.transactions = transactions;
    this.medium = medium;
    this.id = id;
  }

  BackupReport full(Path to, BackupReport.Progress progress) {
    return create(to, target -> full(target, progress));
  }

  BackupReport full(Medium target, BackupReport.Progress progress) {
    long startNanos = System.nanoTime();
    try (Cut cut = cut(state -> target::write)) {
      List<Damage> damages = Backup.write(cut.state, cut.image, cut.copy, target, progress::at);
      long copied = (long) cut.image.usedChunks() * Geometry.CHUNK_SIZE;
      return cut.report(copied, damages, startNanos);
    }
  }

  /** Reads everything as for a backup, and keeps nothing. */
  BackupReport scrub(BackupReport.Progress progress) {
    long startNanos = System.nanoTime();
    try (Cut cut = cut(_ -> (_, _) -> {})) {
      return cut.report(0, cut.copy.run(progress::at), startNanos);
    }
  }

  BackupReport changes(Path earlier, Path to, BackupReport.Progress progress) {
    long startNanos = System.nanoTime();
    try (FileMedium base = FileMedium.open(earlier, true)) {
      return create(to, target -> changes(base, target, progress, startNanos));
    }
  }

  private BackupReport changes(
      Medium base, Medium target, BackupReport.Progress progress, long startNanos) {
    ChangesWriter[] writer = new ChangesWriter[1];
    try (Cut cut =
        cut(
            state -> {
              writer[0] = new ChangesWriter(base, target, state);
              return writer[0];
            })) {
      List<Damage> damages = cut.copy.run(progress::at);
      long pages = writer[0].finish(cut.state, cut.image.chunkOffset(cut.image.chunks()));
      return cut.report(pages * Geometry.PAGE_SIZE, damages, startNanos);
    } finally {
      if (writer[0] != null) {
        writer[0].close();
      }
    }
  }

  /** A state of the pool that is being copied while the pool goes on. */
  private final class Cut implements AutoCloseable {
    private final Backup.State state;
    private final PoolImage image;
    private final ImageCopy copy;

    Cut(Backup.State state, PoolImage image, ChunkSink sink) {
      this.state = state;
      this.image = image;
      this.copy = new ImageCopy(medium::read, image, sink);
      if (!medium.watch(copy)) {
        copy.close();
        throw new PoolClosedException(medium.name() + " is closed");
      }
    }

    BackupReport report(long copiedBytes, List<Damage> damages, long startNanos) {
      Heap heap = transactions.heap();
      damages.stream()
          .filter(Damage::unreadable)
          .forEach(damage -> heap.noteUnreadable(damage.offset()));
      if (!damages.isEmpty()) {
        LOGGER.error(
            "{}: {} pages in use are damaged; the first: {}",
            medium.name(),
            damages.size(),
            damages.getFirst().message());
      }
      return new BackupReport(
          state.sequence(),
          image.chunkOffset(image.chunks()),
          copiedBytes,
          damages.stream().map(BackupReport.Range::of).toList(),
          Duration.ofNanos(System.nanoTime() - startNanos));
    }

    @Override
    public void close() {
      medium.unwatch(copy);
      copy.close();
    }
  }

  /**
   * Puts the pool at rest for a moment: everything committed is at home, and nothing is committed
   * or written home until the watcher is there. The first checkpoint leaves little to the second,
   * for which updates wait.
   */
  private Cut cut(Function<Backup.State, ChunkSink> sink) {
    transactions.checkpointer().checkpoint();
    return transactions.betweenUpdates(
        () -> {
          transactions.checkpointer().checkpoint();
          Heap heap = transactions.heap();
          Backup.State state = new Backup.State(id, heap.heapOffset(), transactions.published());
          PoolImage image =
              PoolImage.read(medium.name(), medium::read, heap.heapOffset(), heap.size());
          return new Cut(state, image, sink.apply(state));
        });
  }

  static void restore(Path backup, Path to, BackupReport.Progress progress) {
    try (FileMedium base = FileMedium.open(backup, true)) {
      Boolean _ =
          create(
              to,
              target -> {
                new Restore(base, target).run(progress::at);
                return true;
              });
    }
  }

  static void restore(Path backup, Path since, Path to, BackupReport.Progress progress) {
    try (FileMedium base = FileMedium.open(backup, true);
        FileMedium changes = FileMedium.open(since, true)) {
      Boolean _ =
          create(
              to,
              target -> {
                new Restore(base, target).run(changes, progress::at);
                return true;
              });
    }
  }

  /** Makes a file that has its name only once it is whole and durable. */
  private static <R> R create(Path to, Function<Medium, R> write) {
    if (Files.exists(to)) {
      throw new PoolAccessException(to + " exists already");
    }
    try (FileMedium target = FileMedium.createUnpublished(to)) {
      try {
        R result = write.apply(target);
        if (!target.publish()) {
          throw new PoolAccessException(to + " exists already");
        }
        return result;
      } catch (RuntimeException | Error e) {
        target.deleteUnpublished();
        throw e;
      }
    }
  }
}

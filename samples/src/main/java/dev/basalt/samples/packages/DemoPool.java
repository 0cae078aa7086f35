package dev.basalt.samples.packages;

import dev.basalt.Durability;
import dev.basalt.OpenMode;
import dev.basalt.Pool;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.SchemaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/** The demo's pool, open, with the catalog as its only root. */
final class DemoPool implements AutoCloseable {
  private static final String ROOT = "catalog";
  private static final long LOG_SIZE = 16L << 20;

  private final Pool pool;
  private final long openNanos;

  private DemoPool(Pool pool, long openNanos) {
    this.pool = pool;
    this.openNanos = openNanos;
  }

  /**
   * Opens the pool, which is created if it does not exist.
   *
   * @throws DemoException if it is a pool of something else
   */
  static DemoPool open(Path path, Durability durability) {
    return open(path, durability, OpenMode.OPEN_OR_CREATE);
  }

  private static DemoPool open(Path path, Durability durability, OpenMode mode) {
    long start = System.nanoTime();
    Pool pool = Pool.builder(path).mode(mode).durability(durability).logSize(LOG_SIZE).open();
    try {
      checkIsOurs(pool);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
    return new DemoPool(pool, System.nanoTime() - start);
  }

  private static void checkIsOurs(Pool pool) {
    Set<String> names = pool.rootNames();
    if (!names.isEmpty() && !names.equals(Set.of(ROOT))) {
      throw notOurs(pool.path(), "its roots are " + String.join(", ", names));
    }
    try {
      pool.root(ROOT, Catalog.class);
    } catch (ClassCastException e) {
      throw notOurs(pool.path(), String.valueOf(e.getMessage()));
    }
  }

  private static DemoException notOurs(Path path, String why) {
    return new DemoException(
        "%s is a pool, but not one of this demo (%s): name another file with --pool"
            .formatted(path, why));
  }

  /**
   * Deletes the file of a pool of this demo, and nothing else.
   *
   * @param path the file; it may be missing
   * @param evenIfUnusable whether the file may go if it is a pool that cannot be opened, because it
   *     is damaged or was written by another version
   */
  static void delete(Path path, boolean evenIfUnusable) throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    try (DemoPool _ = open(path, Durability.SYNC, OpenMode.OPEN)) {
      Files.delete(path); // while we hold it, so that nobody else can be using it
    } catch (CorruptPoolException | IncompatiblePoolException | SchemaException e) {
      if (!evenIfUnusable) {
        throw new DemoException(e.getMessage() + "; delete it yourself if you can spare it", e);
      }
      Files.delete(path);
    }
  }

  Pool pool() {
    return pool;
  }

  /** How long opening took. */
  long openNanos() {
    return openNanos;
  }

  /** The catalog, if loading has begun. */
  Optional<Catalog> catalog() {
    return pool.root(ROOT, Catalog.class);
  }

  /** The catalog, which is made if loading has not begun. */
  Catalog catalog(Loader loader) {
    return pool.root(ROOT, Catalog.class, loader::newCatalog);
  }

  /**
   * Loads what is not loaded yet.
   *
   * @param loader knows what is to be loaded
   * @param returned is told the number of each update after it has returned
   */
  void load(Loader loader, IntConsumer returned) {
    Catalog catalog = catalog(loader);
    for (int update = catalog.loadState().updatesDone() + 1;
        update <= loader.updatesTotal();
        update++) {
      int number = update;
      pool.update(() -> loader.apply(catalog, number));
      returned.accept(update);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}

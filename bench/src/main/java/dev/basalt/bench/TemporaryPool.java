package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A pool in a folder of its own, which {@link #close} removes. */
final class TemporaryPool implements AutoCloseable {
  private final Path folder;
  private final Pool pool;

  TemporaryPool(Durability durability) throws IOException {
    this.folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "bench");
    this.pool = Pool.builder(folder.resolve("bench.pool")).durability(durability).open();
  }

  Pool pool() {
    return pool;
  }

  @Override
  public void close() throws IOException {
    pool.close();
    Files.delete(pool.path());
    Files.delete(folder);
  }
}

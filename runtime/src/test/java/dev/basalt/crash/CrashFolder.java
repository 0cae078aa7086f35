package dev.basalt.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for thousands of short-lived pools: in memory where there is such a file system. */
public final class CrashFolder {
  private static final Path MEMORY = Path.of("/dev/shm");

  private CrashFolder() {}

  /** Whether folders are in memory. */
  public static boolean isInMemory() {
    return Files.isWritable(MEMORY);
  }

  public static Path create() throws IOException {
    return isInMemory()
        ? Files.createTempDirectory(MEMORY, "basalt-test-")
        : Files.createTempDirectory("basalt-test-");
  }

  public static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}

package dev.basalt.bench.peers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.basalt.bench.MapContender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A store in a folder. */
abstract class Peer implements MapContender {
  private final Path folder;

  Peer(Path folder) {
    this.folder = folder;
  }

  /** A value that is there. */
  static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a customer is not there");
    }
    return value;
  }

  /** The blocks in use, so that a sparse file counts what is in it. */
  @Override
  public long storedBytes() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
        String[] words = new String(du.getInputStream().readAllBytes(), ISO_8859_1).split("\\s");
        bytes += Long.parseLong(words[0]);
      }
    }
    return bytes;
  }
}

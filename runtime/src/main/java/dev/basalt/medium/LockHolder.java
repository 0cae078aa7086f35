package dev.basalt.medium;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds out who holds a file's lock, so that the error can name the process. */
final class LockHolder {
  private static final Path LOCKS = Path.of("/proc/locks");

  private LockHolder() {}

  /** {@code " by process 123"}, or what can be said where that is not known. */
  static String describe(Path path) {
    try {
      String inode = ":" + Files.getAttribute(path, "unix:ino") + " ";
      List<String> lines = Files.readAllLines(LOCKS);
      for (String line : lines) {
        String[] words = line.trim().split("\\s+");
        // 1: FLOCK  ADVISORY  WRITE 4711 08:02:1234 0 EOF
        if (words.length > 5 && words[1].equals("FLOCK") && line.contains(inode)) {
          long pid = Long.parseLong(words[4]);
          return pid == ProcessHandle.current().pid()
              ? " in this process (" + pid + ")"
              : " in process " + pid;
        }
      }
    } catch (IOException | UnsupportedOperationException | NumberFormatException e) {
      return " elsewhere";
    }
    return " elsewhere";
  }
}

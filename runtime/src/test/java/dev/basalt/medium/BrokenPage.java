package dev.basalt.medium;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes pages of a mapping fault like those of a device that cannot read them: by SIGBUS. */
public final class BrokenPage {
  private static final long PAGE = 4096;

  private BrokenPage() {}

  /** Accesses to the page fault from now on, until it is mapped anew. */
  public static void inPlaceOf(Mapping mapping, long pageOffset) {
    try {
      Path empty = Files.createTempFile("basalt-empty", ".bin");
      int fd = Posix.open(empty.toString(), Posix.O_RDONLY, 0);
      // A page behind the end of a file has nothing that could be read.
      Posix.replaceByFile(mapping.slice(pageOffset, PAGE).address(), PAGE, fd, 0, false);
      Posix.close(fd);
      Files.delete(empty);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

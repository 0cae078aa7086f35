package dev.basalt.tx;

import dev.basalt.log.CommitWords;
import dev.basalt.medium.FileMedium;
import dev.basalt.medium.ObjectWords;
import dev.basalt.memory.Heap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** A real private mapping of a file; each state of a test has a cache line of it for itself. */
final class Memory {
  private static final long BYTES = 64L << 20;
  private static final int LINE = 64;
  private static final AtomicLong NEXT = new AtomicLong();

  static final Heap HEAP = map();

  /** The register in which a view of commit 1 is. */
  static final Snapshots.Registered VIEW_OF_1 = new Snapshots.Registered();

  static {
    Snapshots snapshots = new Snapshots(new CommitWords(), 1);
    snapshots.takeView();
    snapshots.look(VIEW_OF_1);
    VIEW_OF_1.hasViewIn(0, 1); // sorted from now on, so that threads only read it
  }

  private Memory() {}

  private static Heap map() {
    try {
      Path folder = Files.createTempDirectory("basalt-races");
      Path file = folder.resolve("memory");
      FileMedium medium = FileMedium.createUnpublished(file);
      medium.grow(BYTES);
      Heap heap = new Heap(medium, 0, BYTES);
      try (var files = Files.list(folder)) {
        for (Path made : files.toList()) {
          Files.delete(made);
        }
      }
      Files.delete(folder);
      return heap;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A word as it is read outside transactions, or -1 if it does not count. */
  static long latestWord(long object, int wordOffset) {
    if (Pending.is(object)) {
      return -1;
    }
    long place = HEAP.memory().place(object);
    long word = ObjectWords.load(place, wordOffset);
    return ObjectWords.isPresent(place) ? word : -1;
  }

  /** The place of an object that no state of the last million has. */
  static long next() {
    return NEXT.getAndAdd(LINE) % BYTES;
  }
}

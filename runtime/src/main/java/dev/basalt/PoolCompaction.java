package dev.basalt;

import dev.basalt.compact.Compaction;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.medium.FileMedium;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectShapes;
import dev.basalt.object.ObjectSpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Makes the file of a compacted pool. */
final class PoolCompaction {
  private PoolCompaction() {}

  static CompactionReport run(Path from, Path to) {
    if (Files.exists(to)) {
      throw new PoolAccessException(to + " exists already");
    }
    try (Pool pool = Pool.builder(from).mode(OpenMode.READ_ONLY).open()) {
      CheckReport report = pool.check();
      if (!report.isClean()) {
        throw new CorruptPoolException(
            "%s cannot be compacted, it has %d faults; the first: %s"
                .formatted(
                    from,
                    report.findings().size() + report.omittedFindings(),
                    report.findings().getFirst()));
      }
      return pool.compactTo(to);
    }
  }

  static CompactionReport copy(ObjectSpace space, UUID id, Path to) {
    Heap heap = space.transactions().heap();
    try (FileMedium medium = FileMedium.createUnpublished(to)) {
      try {
        long objects =
            new Compaction(heap, new ObjectShapes(space), medium)
                .run(id, space.transactions().published());
        long size = medium.size();
        if (!medium.publish()) {
          throw new PoolAccessException(to + " exists already");
        }
        return new CompactionReport(objects, heap.size(), size);
      } catch (RuntimeException | Error e) {
        medium.deleteUnpublished();
        throw e;
      }
    }
  }
}

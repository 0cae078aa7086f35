package dev.basalt;

import dev.basalt.CheckReport.Finding;
import dev.basalt.CheckReport.Kind;
import dev.basalt.check.PoolCheck;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.memory.Allocator;
import dev.basalt.object.ObjectShapes;
import dev.basalt.object.ObjectSpace;
import dev.basalt.tx.TransactionManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs checks and puts their results into public words. */
final class PoolChecks {
  private PoolChecks() {}

  static CheckReport check(ObjectSpace space, Allocator allocator, CheckReport.Progress progress) {
    TransactionManager transactions = space.transactions();
    long startNanos = System.nanoTime();
    PoolCheck.Result result =
        transactions.betweenUpdates(
            () ->
                new PoolCheck(
                        transactions.heap(),
                        allocator,
                        new ObjectShapes(space),
                        transactions.published(),
                        progress::at)
                    .run());
    return report(result, System.nanoTime() - startNanos);
  }

  private static CheckReport report(PoolCheck.Result result, long nanos) {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < result.faults().size(); i++) {
      var fault = result.faults().get(i);
      findings.add(
          new Finding(
              Kind.valueOf(fault.kind().name()),
              fault.offset(),
              result.paths().get(i),
              fault.message()));
    }
    return new CheckReport(
        List.copyOf(findings),
        result.omitted(),
        result.objects(),
        result.objectBytes(),
        result.limboObjects(),
        result.unreachable(),
        nanos);
  }

  /** Checks a pool that is not open; one that cannot be opened has that as its finding. */
  static CheckReport check(Path path, CheckReport.Progress progress) {
    long startNanos = System.nanoTime();
    try (Pool pool = Pool.builder(path).mode(OpenMode.READ_ONLY).open()) {
      return pool.check(progress);
    } catch (CorruptPoolException | MediaErrorException e) {
      Finding finding = new Finding(Kind.UNREADABLE, 0, "", String.valueOf(e.getMessage()));
      return new CheckReport(List.of(finding), 0, 0, 0, 0, 0, System.nanoTime() - startNanos);
    }
  }
}

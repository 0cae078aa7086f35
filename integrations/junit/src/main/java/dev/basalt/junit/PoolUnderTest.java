package dev.basalt.junit;

import dev.basalt.CheckReport;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The pool of a {@link TestPool}: a file that can be closed and opened again within the test. Safe
 * for use by several threads.
 */
public final class PoolUnderTest {
  private static final int FINDINGS_SHOWN_MAX = 20;

  private final TestPool options;
  private final Path folder;
  private final List<Pool> opened = new ArrayList<>();
  private boolean checked = true;

  PoolUnderTest(TestPool options) {
    this.options = options;
    try {
      this.folder = Files.createTempDirectory("basalt-junit-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TestPool options() {
    return options;
  }

  /**
   * The open pool. It is created, or opened again, if it is not open.
   *
   * @return the pool
   */
  public synchronized Pool pool() {
    Pool last = opened.isEmpty() ? null : opened.getLast();
    if (last != null && last.isOpen()) {
      return last;
    }
    Pool pool = builder().open();
    opened.add(pool);
    return pool;
  }

  /**
   * Closes the pool, checks its file and opens it again, as a new start of the program would.
   *
   * @return the pool; handles of the one before throw {@link dev.basalt.error.PoolClosedException}
   * @throws AssertionError if the check finds faults
   */
  public synchronized Pool reopen() {
    close();
    verify();
    return pool();
  }

  /** Closes the pool, if it is open. {@link #pool} opens it again. */
  public synchronized void close() {
    opened.forEach(Pool::close);
    opened.clear();
  }

  /**
   * The pool's file. It exists once the pool has been opened.
   *
   * @return its path
   */
  public Path file() {
    return folder.resolve(options.value() + ".pool");
  }

  /**
   * A builder with the options of the annotation, for a test that opens the pool in its own way.
   * The test closes what it opens.
   *
   * @return the builder
   */
  public PoolBuilder builder() {
    PoolBuilder builder =
        Pool.builder(file())
            .durability(options.durability())
            .maxSize(options.maxSize())
            .logSize(options.logSize());
    ReflectionSupport.newInstance(options.options()).set(builder);
    return builder;
  }

  /** Leaves out the checks from now on: the test damages the pool. */
  public synchronized void doNotCheck() {
    checked = false;
  }

  /** Ends the test's use of the pool: closes it, checks its file and deletes it. */
  synchronized void end() {
    @Nullable Throwable failure = null;
    for (Runnable step : List.<Runnable>of(this::close, this::verify, this::delete)) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  private void verify() {
    if (!checked || !Files.exists(file())) {
      return;
    }
    CheckReport report = Pool.check(file());
    if (!report.isClean()) {
      throw new AssertionError(
          "the pool '%s' has %d faults:%n%s"
              .formatted(
                  options.value(),
                  report.findings().size() + report.omittedFindings(),
                  report.findings().stream()
                      .limit(FINDINGS_SHOWN_MAX)
                      .map(CheckReport.Finding::toString)
                      .collect(Collectors.joining(System.lineSeparator()))));
    }
    if (report.unreachableObjects() > 0 && !options.unreachableAllowed()) {
      throw new AssertionError(
          "the pool '%s' has %d objects that no root leads to and that keep each other alive"
              .formatted(options.value(), report.unreachableObjects()));
    }
  }

  private void delete() {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

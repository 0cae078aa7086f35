package dev.basalt.collections.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.crash.CrashFolder;
import dev.basalt.crash.PoolVerifier;
import dev.basalt.fixture.ChildJvm;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A random program in a process that is killed again and again: what it had told before, up to the
 * change that the pool names, gives the model that the pool is compared with.
 */
@Timeout(3600)
class RandomProgramsKillTest {
  private static final int ROUNDS = Boolean.getBoolean("basalt.stress") ? 150 : 5;
  private static final long SEED = Long.getLong("basalt.seed", 1);
  private static final int CHANGES_MAX = 1_500;

  /** The process to be killed. It tells each change before it begins, and when it has returned. */
  static final class Child {
    private static final String RETURNED = "returned";

    private Child() {}

    public static void main(String[] args) throws Exception {
      Path file = Path.of(args[0]);
      Random random = new Random(Long.parseLong(args[2]));
      Model model = Model.after(read(Path.of(args[1])));
      PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
      try (Pool pool =
          RandomProgramsTest.builder(file).collectCyclesInBackground(random.nextBoolean()).open()) {
        Program program = new Program(pool, model, random, op -> tell(out, op.toString()));
        tell(out, "started");
        while (true) {
          long before = model.ops();
          program.step();
          RandomProgramsTest.besides(pool, model, random);
          if (model.ops() > before) {
            tell(out, RETURNED);
          }
        }
      }
    }

    private static void tell(PrintStream out, String line) {
      out.println(line);
      out.flush();
    }
  }

  private static List<Op> read(Path ops) throws IOException {
    return Files.readAllLines(ops).stream().map(Op::parse).toList();
  }

  @Test
  void killedProgramLeavesTheStateAfterSomeChange() throws Exception {
    System.out.println("random programs that are killed: seed " + SEED);
    Path folder = CrashFolder.create();
    try {
      Random random = new Random(SEED);
      Path file = folder.resolve("killed.pool");
      Path told = folder.resolve("told");
      Quiet base;
      try (Pool pool = RandomProgramsTest.builder(file).open()) {
        base = Quiet.create(pool);
      }
      List<Op> ops = new ArrayList<>();
      long replayed = 0;
      for (int round = 0; round < ROUNDS; round++) {
        Files.write(told, ops.stream().map(Op::toString).toList());
        List<String> lines = killedAfter(file, told, random);
        List<Op> begun = new ArrayList<>(ops);
        lines.stream()
            .filter(line -> !line.equals(Child.RETURNED))
            .map(Op::parse)
            .forEach(begun::add);
        long returned =
            ops.size() + lines.stream().filter(line -> line.equals(Child.RETURNED)).count();
        try (Pool pool = RandomProgramsTest.builder(file).open()) {
          replayed += pool.stats().recovery().commits();
          long survived = Program.ops(pool);
          assertThat(survived).as("round %d", round).isBetween(returned, (long) begun.size());
          ops = begun.subList(0, (int) survived);
          check(pool, Model.after(ops));
        }
        base.check(file, Model.after(ops));
      }
      System.out.printf(
          "%d kills of a random program, %d changes, %d commits replayed%n",
          ROUNDS, ops.size(), replayed);
      assertThat(replayed).isPositive();
    } finally {
      CrashFolder.delete(folder);
    }
  }

  private static void check(Pool pool, Model model) throws InterruptedException {
    PoolVerifier.verifySound(pool);
    long _ = Comparison.of(pool, model);
    Quiet.settle(pool);
    assertThat(Comparison.of(pool, model)).isZero();
  }

  /** Returns what the child has told. */
  private static List<String> killedAfter(Path file, Path told, Random random) throws Exception {
    List<String> lines = new ArrayList<>();
    try (ChildJvm child = ChildJvm.start(Child.class, file, told, random.nextLong())) {
      assertThat(child.line()).isEqualTo("started");
      for (int n = 2 * (1 + random.nextInt(CHANGES_MAX)); n > 0; n--) {
        lines.add(child.line());
      }
      lines.addAll(child.kill());
    }
    return lines;
  }
}

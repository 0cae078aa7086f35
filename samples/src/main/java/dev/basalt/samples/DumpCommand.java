package dev.basalt.samples;

import dev.basalt.OpenMode;
import dev.basalt.Pool;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code basalt dump}: prints what is in a pool, whose classes need not be there. */
@Command(
    name = "dump",
    description = {
      "Prints what is in a pool: its roots and every object that they lead to, with class, place"
          + " and fields. The program's classes are not needed, and the file is not changed.",
      "Exit status 1 if something in it is damaged; that is said where it stands, as <damaged:"
          + " ...>."
    },
    mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The pool.")
  private @Nullable Path file;

  @Spec private @Nullable CommandSpec spec;

  DumpCommand() {}

  @Override
  public Integer call() {
    Path path = Objects.requireNonNull(file);
    long damages;
    try (Pool pool = Pool.builder(path).mode(OpenMode.READ_ONLY).open()) {
      damages = dump(pool);
    } catch (IOException e) {
      return failed("the output cannot be written: " + e.getMessage());
    }
    return damages == 0 ? 0 : failed("%s has %d damaged places".formatted(path, damages));
  }

  private int failed(String message) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("basalt: " + message);
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Not by {@code System.out}, which would not say that nobody is listening any more. */
  private static long dump(Pool pool) throws IOException {
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8))) {
      return pool.dump(out);
    }
  }
}

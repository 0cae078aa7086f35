package dev.basalt.samples;

import dev.basalt.error.BasaltException;
import dev.basalt.samples.packages.DemoCommand;
import dev.basalt.samples.packages.DemoException;
import dev.basalt.samples.packages.LoadCommand;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code basalt}. What goes wrong is one line on the error output and an exit status.
 */
@Command(
    name = "basalt",
    description = "Basalt keeps ordinary Java objects in a mapped file.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {DemoCommand.class, DumpCommand.class, LoadCommand.class})
public final class Main implements Runnable {
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from.")
  private boolean verbose;

  @Spec private @Nullable CommandSpec spec;

  private Main() {}

  /**
   * Runs the command and exits.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String... args) {
    Main main = new Main();
    return new CommandLine(main)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::refuse)
        .setExecutionExceptionHandler((e, command, _) -> main.fail(e, command))
        .execute(args);
  }

  /** Called when no subcommand is named. */
  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "no command is named");
    }
  }

  private static int refuse(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    printError(
        command,
        e.getMessage() + " (try '" + command.getCommandSpec().qualifiedName() + " --help')");
    return CommandLine.ExitCode.USAGE;
  }

  private int fail(Exception e, CommandLine command) {
    command.getOut().flush();
    if (e instanceof BasaltException || e instanceof DemoException) {
      printError(command, String.valueOf(e.getMessage()));
    } else {
      printError(command, "unexpected " + e + (verbose ? "" : " (--verbose shows where)"));
    }
    if (verbose) {
      e.printStackTrace(command.getErr());
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static void printError(CommandLine command, String message) {
    PrintWriter err = command.getErr();
    err.println("basalt: " + message.replaceAll("\\s*\\R\\s*", "; "));
    err.flush();
  }

  /** The version of the jar that this runs from. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"basalt " + (version == null ? "(development build)" : version)};
    }
  }
}

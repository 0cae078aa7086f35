package dev.basalt.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Boots a virtual machine again and again, reads from its console which updates {@link
 * PowerCutGuest} has been told are durable, and cuts its power at a random moment by killing the
 * process. At the next boot the guest says what it has found: exactly the state after some update,
 * and none that was reported is missing.
 *
 * <p>Arguments: rounds, seed, and the command that starts the machine with its console on standard
 * output.
 */
final class PowerCutHost {
  private static final Pattern REPORT = Pattern.compile("BASALT (\\w+) (.*)");
  private static final long PATIENCE_SECONDS = 300;
  private static final int LINES_KEPT = 40;

  private final Random random;
  private final List<String> command;
  private final Deque<String> console = new ArrayDeque<>();
  private long reported;

  private PowerCutHost(long seed, List<String> command) {
    this.random = new Random(seed);
    this.command = command;
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    long seed = Long.parseLong(args[1]);
    System.out.printf("power cuts: %d rounds, seed %d%n", rounds, seed);
    PowerCutHost host = new PowerCutHost(seed, List.of(args).subList(2, args.length));
    for (int round = 1; round <= rounds + 1; round++) { // the last one checks the one before
      host.round(round, round > 1 && host.random.nextInt(4) == 0 && round <= rounds);
    }
    System.out.printf(
        "power cuts: %d rounds, %d updates reported durable, none lost%n", rounds, host.reported);
  }

  /** What the guest has said since a boot. */
  private record Report(String what, String value) {}

  private void round(int round, boolean cutWhileOpening) throws Exception {
    Process machine = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
      Thread reader = Thread.ofPlatform().daemon().start(() -> read(machine, reports));
      await(reports, "start");
      if (cutWhileOpening) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1500));
      } else {
        long found = Long.parseLong(await(reports, "checked").value());
        if (found < reported) {
          throw lost("update %d was reported durable, found %d".formatted(reported, found));
        }
        reported = found;
        TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(4000));
      }
      machine.destroyForcibly(); // the power cut
      reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
      long before = reported;
      for (Report report = reports.poll(); report != null; report = reports.poll()) {
        switch (report.what()) {
          case "durable" -> reported = Math.max(reported, Long.parseLong(report.value()));
          case "broken" -> throw lost(report.value());
          default -> {}
        }
      }
      System.out.printf(
          "round %d: cut %s, updates %d to %d reported durable%n",
          round, cutWhileOpening ? "while opening" : "while updating", before, reported);
    } finally {
      machine.destroyForcibly().waitFor();
    }
  }

  private Report await(BlockingQueue<Report> reports, String what) throws InterruptedException {
    Report report = reports.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (report == null || !report.what().equals(what)) {
      throw lost("the machine said %s, not '%s'".formatted(report, what));
    }
    return report;
  }

  private AssertionError lost(String why) {
    synchronized (console) {
      return new AssertionError(
          why + System.lineSeparator() + String.join(System.lineSeparator(), console));
    }
  }

  private void read(Process machine, BlockingQueue<Report> reports) {
    try (BufferedReader lines = machine.inputReader(StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (console) {
          console.addLast(line);
          if (console.size() > LINES_KEPT) {
            console.removeFirst();
          }
        }
        Matcher matcher = REPORT.matcher(line.strip());
        if (matcher.find() && isWhole(matcher)) {
          reports.add(new Report(matcher.group(1), matcher.group(2)));
        }
      }
    } catch (IOException e) {
      // The machine is gone.
    }
  }

  /** A number that the cut has shortened is smaller, which does no harm; an empty one does. */
  private static boolean isWhole(Matcher matcher) {
    return matcher.group(1).equals("broken") || matcher.group(2).matches("\\d+");
  }
}

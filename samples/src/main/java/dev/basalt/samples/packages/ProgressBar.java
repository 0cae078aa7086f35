package dev.basalt.samples.packages;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows how far something has come: a bar that moves on a terminal, a line now and then elsewhere.
 */
final class ProgressBar {
  private static final int WIDTH = 40;
  private static final int LINES = 5;
  private static final long REDRAW_NANOS = 50_000_000;

  private final PrintWriter out;
  private final boolean terminal;
  private final int total;
  private int start;
  private long startNanos;
  private int shown;
  private long shownNanos;

  /**
   * Starts.
   *
   * @param out where to show it
   * @param start how much has been done before
   * @param total how much there is to do
   */
  ProgressBar(PrintWriter out, int start, int total) {
    this.out = out;
    this.start = start;
    this.shown = start;
    this.total = total;
    this.terminal = isTerminal();
  }

  // JDK 25 has the old console back, which does return null.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /**
   * Shows how much has been done, unless that was shown a moment ago. The first call starts the
   * clock.
   */
  void update(int done) {
    long now = System.nanoTime();
    if (startNanos == 0) {
      startNanos = now;
      start = done;
    }
    if (terminal ? now - shownNanos > REDRAW_NANOS : (long) (done - shown) * LINES >= total) {
      show(done, now);
    }
  }

  /** Shows how much has been done at last. */
  void finish(int done) {
    if (terminal || done != shown) {
      show(done, System.nanoTime());
    }
    if (terminal) {
      out.println();
      out.flush();
    }
  }

  private void show(int done, long now) {
    int filled = total == 0 ? WIDTH : (int) ((long) done * WIDTH / total);
    double perSecond = (done - start) * 1e9 / Math.max(now - startNanos, 1);
    String numbers =
        String.format(
            Locale.ROOT,
            "%3d %%  update %,d of %,d  %,.0f/s",
            total == 0 ? 100 : (long) done * 100 / total,
            done,
            total,
            perSecond);
    if (terminal) {
      out.print("\r  [" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + numbers + "  ");
    } else {
      out.println("  " + numbers);
    }
    out.flush();
    shown = done;
    shownNanos = now;
  }
}

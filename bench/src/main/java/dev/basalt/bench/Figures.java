package dev.basalt.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A small table of figures. */
final class Figures {
  private final List<String[]> rows = new ArrayList<>();

  Figures(String... headings) {
    rows.add(headings);
  }

  void row(String... cells) {
    rows.add(cells);
  }

  /** Prints the table: the first column to the left, the others to the right. */
  void print() {
    int[] widths = new int[rows.getFirst().length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(padded(row[0], -widths[0]));
      for (int i = 1; i < widths.length; i++) {
        line.append("  ").append(padded(row[i], widths[i]));
      }
      System.out.println(line);
    }
  }

  private static String padded(String text, int width) {
    return ("%" + width + "s").formatted(text);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

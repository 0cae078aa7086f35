package dev.basalt.samples.packages;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Prints rows in columns that are as wide as their widest cell. Numbers are aligned right. */
final class Table {
  private static final String GAP = "  ";

  private final List<String> header;
  private final boolean[] right;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Starts a table.
   *
   * @param header the columns' names; a {@code >} in front, which is not shown, aligns the column
   *     right
   */
  Table(String... header) {
    this.header = Stream.of(header).map(name -> name.replaceFirst("^>", "")).toList();
    this.right = new boolean[header.length];
    for (int column = 0; column < header.length; column++) {
      right[column] = header[column].startsWith(">");
    }
  }

  /** Adds a row with a cell for each column. */
  Table row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  void print(PrintWriter out) {
    int[] widths = new int[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = header.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    printRow(out, header, widths);
    printRow(out, IntStream.of(widths).mapToObj("-"::repeat).toList(), widths);
    rows.forEach(row -> printRow(out, row, widths));
  }

  private void printRow(PrintWriter out, List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String space = " ".repeat(widths[column] - cell.length());
      line.append(GAP).append(right[column] ? space + cell : cell + space);
    }
    out.println(line.toString().stripTrailing());
  }
}

package dev.basalt.samples.packages;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file in the control format of Debian (deb822) one paragraph at a time. Paragraphs are
 * separated by empty lines and consist of {@code Name: value} lines; a line that starts with a
 * space or tab continues the field before it, one that starts with {@code #} is a comment.
 *
 * @see <a href="https://www.debian.org/doc/debian-policy/ch-controlfields.html">Debian Policy,
 *     chapter 5</a>
 */
final class ControlFile implements Closeable {
  private static final int SHOWN_MAX = 40;

  private final String name;
  private final LineReader lines;

  /**
   * Starts to read.
   *
   * @param name the file, for messages
   * @param in its text; closed with this reader
   */
  ControlFile(String name, InputStream in) {
    this.name = name;
    this.lines = new LineReader(name, in);
  }

  /**
   * Reads a paragraph.
   *
   * @return the next paragraph, or {@code null} at the end
   * @throws InputException if the text is not in the format
   */
  @Nullable Paragraph next() throws IOException {
    String line = lines.next();
    while (line != null && (line.isBlank() || line.startsWith("#"))) {
      line = lines.next();
    }
    return line == null ? null : paragraph(line);
  }

  private Paragraph paragraph(String firstLine) throws IOException {
    Paragraph paragraph = new Paragraph(name, lines.lineNumber());
    String line = firstLine;
    while (line != null && !line.isBlank()) {
      if (line.startsWith("#")) {
        line = lines.next();
      } else {
        line = field(paragraph, line);
      }
    }
    return paragraph;
  }

  /** Reads a field with its continuation lines; returns the line after it. */
  private @Nullable String field(Paragraph paragraph, String firstLine) throws IOException {
    int fieldLine = lines.lineNumber();
    int colon = firstLine.indexOf(':');
    if (isContinuation(firstLine)) {
      throw lines.error("continues a field, but there is none before it");
    }
    if (colon <= 0 || !isName(firstLine, colon)) {
      throw lines.error("is not of the form 'Name: value': '" + shorten(firstLine) + "'");
    }
    String first = firstLine.substring(colon + 1).strip();
    String line = lines.next();
    if (line == null || !isContinuation(line)) {
      paragraph.add(fieldLine, firstLine.substring(0, colon), first);
      return line;
    }
    StringBuilder value = new StringBuilder(first);
    while (line != null && isContinuation(line)) {
      value.append('\n').append(line, 1, line.length());
      line = lines.next();
    }
    paragraph.add(fieldLine, firstLine.substring(0, colon), value.toString());
    return line;
  }

  private static boolean isContinuation(String line) {
    return !line.isBlank() && (line.charAt(0) == ' ' || line.charAt(0) == '\t');
  }

  /**
   * Whether the first characters of a line can be a field's name: printable ASCII without space.
   */
  private static boolean isName(String line, int length) {
    return line.charAt(0) != '-' && line.chars().limit(length).allMatch(c -> c > ' ' && c < 0x7F);
  }

  private static String shorten(String line) {
    String printable = line.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= SHOWN_MAX ? printable : printable.substring(0, SHOWN_MAX) + "...";
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}

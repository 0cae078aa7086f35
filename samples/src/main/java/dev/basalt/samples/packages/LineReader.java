package dev.basalt.samples.packages;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads UTF-8 text line by line and knows the number of the line. Unlike {@code BufferedReader} it
 * refuses what is not UTF-8 and lines without end, so that a binary file fails early.
 */
final class LineReader implements Closeable {
  private static final int LINE_BYTES_MAX = 1 << 20;
  private static final int BUFFER_BYTES = 1 << 16;

  private final String name;
  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private int lineNumber;

  LineReader(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  /** The number of the line that was read last, counted from 1. */
  int lineNumber() {
    return lineNumber;
  }

  /** The next line without its end, or {@code null} after the last. */
  @Nullable String next() throws IOException {
    if (!fill()) {
      return null;
    }
    lineNumber++;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    do {
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, position, end - position);
      if (line.size() > LINE_BYTES_MAX) {
        throw error("is longer than %,d bytes: this is no control file".formatted(LINE_BYTES_MAX));
      }
      position = end + 1;
      if (end < limit) {
        break;
      }
    } while (fill());
    return decode(line.toByteArray());
  }

  private boolean fill() throws IOException {
    if (position < limit) {
      return true;
    }
    position = 0;
    limit = Math.max(in.read(buffer), 0);
    return limit > 0;
  }

  private String decode(byte[] line) {
    int length = line.length;
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    try {
      return decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(name + ": line " + lineNumber + " is not UTF-8 text", e);
    }
  }

  /** An exception that names the file and the current line. */
  InputException error(String what) {
    return new InputException(name + ": line " + lineNumber + " " + what);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

package dev.basalt.samples.packages;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Where package descriptions come from: a file in the control format, plain or compressed by gzip,
 * or the index that ships with the sample.
 */
final class PackageSource {
  /** The package database of a Debian-like system. */
  static final Path DATABASE = Path.of("/var/lib/dpkg/status");

  private static final String BUNDLED = "debian-12-packages.gz";
  private static final byte[] GZIP_MAGIC = {0x1F, (byte) 0x8B};
  private static final byte[] XZ_MAGIC = {(byte) 0xFD, '7', 'z', 'X', 'Z'};
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
  private static final int BUFFER_BYTES = 1 << 16;

  private final @Nullable Path file;

  private PackageSource(@Nullable Path file) {
    this.file = file;
  }

  static PackageSource ofFile(Path file) {
    return new PackageSource(file.toAbsolutePath().normalize());
  }

  /** The index that ships with the sample. */
  static PackageSource bundled() {
    return new PackageSource(null);
  }

  /** This system's package database, or the bundled index if it has none. */
  static PackageSource ofThisSystem() {
    // Images of containers may have an empty one.
    boolean usable = Files.isReadable(DATABASE) && DATABASE.toFile().length() > 0;
    return usable ? ofFile(DATABASE) : bundled();
  }

  /** The file, or {@code null} for the bundled index. */
  @Nullable Path file() {
    return file;
  }

  /** What messages call it. */
  String name() {
    return file == null ? "the bundled index of Debian 12" : file.toString();
  }

  /** Reads all bytes to tell which input it is. */
  InputIdentity identity() {
    long bytes = 0;
    MessageDigest digest = sha256();
    try (InputStream in = openRaw()) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        bytes += n;
      }
    } catch (IOException e) {
      throw cannotRead(e);
    }
    return new InputIdentity(name(), bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * Reads the whole input and checks it.
   *
   * @return the packages in the order of the input, at least one
   * @throws InputException if it cannot be read or is not in the format
   */
  List<PackageRecord> read() {
    List<PackageRecord> records = new ArrayList<>();
    try (ControlFile control = new ControlFile(name(), open())) {
      for (Paragraph p = control.next(); p != null; p = control.next()) {
        records.add(PackageRecord.of(p));
      }
    } catch (IOException e) {
      throw cannotRead(e);
    }
    if (records.isEmpty()) {
      throw new InputException(name() + " describes no packages: it is empty");
    }
    return records;
  }

  private InputStream open() throws IOException {
    PushbackInputStream in = new PushbackInputStream(openRaw(), XZ_MAGIC.length);
    try {
      byte[] start = in.readNBytes(XZ_MAGIC.length);
      in.unread(start);
      if (startsWith(start, XZ_MAGIC) || startsWith(start, ZSTD_MAGIC)) {
        throw new InputException(
            name() + " is compressed, but not by gzip: unpack it first, or use the .gz of it");
      }
      return startsWith(start, GZIP_MAGIC) ? new GZIPInputStream(in, BUFFER_BYTES) : in;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static boolean startsWith(byte[] bytes, byte[] magic) {
    return bytes.length >= magic.length
        && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
  }

  private InputStream openRaw() throws IOException {
    if (file != null) {
      if (Files.isDirectory(file)) {
        throw new InputException(file + " is a directory, not a file of package descriptions");
      }
      return Files.newInputStream(file);
    }
    InputStream in = PackageSource.class.getResourceAsStream(BUNDLED);
    if (in == null) {
      throw new UncheckedIOException(new IOException("resource " + BUNDLED + " is missing"));
    }
    return in;
  }

  private InputException cannotRead(IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException _ -> "there is no such file";
          case AccessDeniedException _ -> "no permission to read it";
          case ZipException _ -> "the compressed data is damaged";
          case EOFException _ -> "the compressed data is cut off";
          default -> String.valueOf(e.getMessage());
        };
    return new InputException(name() + " cannot be read: " + why, e);
  }
}

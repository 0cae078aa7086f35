package dev.basalt.crash;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What is on a disk: pages of bytes; a page that is absent is zero. */
public final class DiskImage {
  private static final int PAGE = 4096;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TreeMap<Long, byte[]> pages = new TreeMap<>();
  private long size;

  public static DiskImage of(Path file) throws IOException {
    DiskImage image = new DiskImage();
    byte[] bytes = Files.readAllBytes(file);
    image.size = bytes.length;
    image.write(0, bytes, 0, bytes.length);
    image.pages.values().removeIf(DiskImage::isZero);
    return image;
  }

  private static boolean isZero(byte[] page) {
    for (byte b : page) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  DiskImage copy() {
    DiskImage copy = new DiskImage();
    copy.size = size;
    pages.forEach((page, bytes) -> copy.pages.put(page, bytes.clone()));
    return copy;
  }

  void grow(long newSize) {
    size = Math.max(size, newSize);
  }

  void truncate(long newSize) {
    size = newSize;
    pages.tailMap((newSize + PAGE - 1) / PAGE).clear();
  }

  /** Bytes behind the end are lost: a file system shows them only once the size is durable. */
  void write(long offset, byte[] bytes, int from, int length) {
    int done = 0;
    while (done < length && offset + done < size) {
      long page = (offset + done) / PAGE;
      int inPage = (int) ((offset + done) % PAGE);
      int part = (int) Math.min(Math.min(length - done, PAGE - inPage), size - offset - done);
      byte[] target = pages.computeIfAbsent(page, p -> new byte[PAGE]);
      System.arraycopy(bytes, from + done, target, inPage, part);
      done += part;
    }
  }

  void writeLong(long offset, long word) {
    byte[] bytes = new byte[Long.BYTES];
    MemorySegment.ofArray(bytes).set(LONG, 0, word);
    write(offset, bytes, 0, bytes.length);
  }

  /** Writes zeroes, without making pages for them. */
  void clear(long offset, int length) {
    byte[] page = pages.get(offset / PAGE);
    if (page != null) {
      Arrays.fill(page, (int) (offset % PAGE), (int) (offset % PAGE) + length, (byte) 0);
      if (isZero(page)) {
        pages.remove(offset / PAGE);
      }
    }
  }

  void writeTo(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
        channel.write(ByteBuffer.wrap(page.getValue()), page.getKey() * PAGE);
      }
      if (channel.size() < size) {
        channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
      } else {
        channel.truncate(size);
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof DiskImage image) || image.size != size) {
      return false;
    }
    return pages.keySet().equals(image.pages.keySet())
        && pages.entrySet().stream()
            .allMatch(e -> Arrays.equals(e.getValue(), image.pages.get(e.getKey())));
  }

  @Override
  public int hashCode() {
    int hash = Long.hashCode(size);
    for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
      hash = 31 * hash + page.getKey().hashCode() * 17 + Arrays.hashCode(page.getValue());
    }
    return hash;
  }
}

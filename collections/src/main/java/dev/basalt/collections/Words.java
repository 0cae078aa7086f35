package dev.basalt.collections;

import dev.basalt.object.FieldKind;
import dev.basalt.object.Layout;
import dev.basalt.object.Structures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * Bytes of a fixed number in a pool, in words of 8. Inside a transaction.
 *
 * <p>Words lie in blocks of {@link #PER_BLOCK}, which with their header are one block of 512 bytes,
 * the unit of conflict. A block that has never held anything but zeroes does not exist.
 */
final class Words {
  /** Words of a block. */
  static final int PER_BLOCK = 62;

  private static final Layout BLOCK =
      Layout.of(
          Words.class.getName() + "$Block",
          null,
          IntStream.range(0, PER_BLOCK)
              .mapToObj(i -> new Layout.Declaration(name(i), FieldKind.LONG, "long"))
              .toList());
  private static final int FIRST = BLOCK.offsetOf(name(0));

  private final Structures structures;
  private final Slots blocks;

  /** The words whose blocks a field of their owner leads to. */
  Words(Structures structures, long owner, int field) {
    this.structures = structures;
    this.blocks = new Slots(structures, owner, field);
  }

  /** Fields of a size are laid out by name, so two digits keep them in the order of the index. */
  private static String name(int index) {
    return "word%02d".formatted(index);
  }

  /** Makes the words of an owner, all of them 0. */
  void create(long bytes) {
    long words = (bytes + Long.BYTES - 1) / Long.BYTES;
    int count = (int) ((words + PER_BLOCK - 1) / PER_BLOCK);
    for (int i = 0; i < count; i++) {
      blocks.ensure(i);
    }
  }

  private static int place(long word) {
    return FIRST + (int) (word % PER_BLOCK) * Long.BYTES;
  }

  private long get(long word) {
    long block = blocks.get((int) (word / PER_BLOCK));
    return block == 0 ? 0 : structures.word(block, place(word));
  }

  /** Sets a word; one that does not change is neither copied nor logged. */
  private void put(long word, long bits) {
    int index = (int) (word / PER_BLOCK);
    long block = blocks.get(index);
    if (bits == (block == 0 ? 0 : structures.word(block, place(word)))) {
      return;
    }
    if (block == 0) {
      block = structures.create(BLOCK);
      blocks.put(index, block);
    }
    structures.putLong(block, place(word), bits);
  }

  /** Reads the 1, 4 or 8 bytes at a multiple of their number, as the low bits. */
  long get(long at, int bytes) {
    return (get(at / Long.BYTES) >>> shift(at)) & mask(bytes);
  }

  /** Writes the 1, 4 or 8 bytes at a multiple of their number from the low bits. */
  void put(long at, int bytes, long bits) {
    long word = at / Long.BYTES;
    long mask = mask(bytes) << shift(at);
    put(word, (get(word) & ~mask) | ((bits << shift(at)) & mask));
  }

  private static int shift(long at) {
    return (int) (at % Long.BYTES) * Byte.SIZE;
  }

  private static long mask(int bytes) {
    return -1L >>> ((Long.BYTES - bytes) * Byte.SIZE);
  }

  /** Reads bytes from {@code at} on until the target is full. */
  void read(long at, MemorySegment target) {
    long size = target.byteSize();
    for (long done = 0; done < size; ) {
      if (isWord(at + done, size - done)) {
        target.set(ValueLayout.JAVA_LONG_UNALIGNED, done, get((at + done) / Long.BYTES));
        done += Long.BYTES;
      } else {
        target.set(ValueLayout.JAVA_BYTE, done, (byte) get(at + done, 1));
        done++;
      }
    }
  }

  /** Writes all bytes of the source from {@code at} on. */
  void write(long at, MemorySegment source) {
    long size = source.byteSize();
    for (long done = 0; done < size; ) {
      if (isWord(at + done, size - done)) {
        put((at + done) / Long.BYTES, source.get(ValueLayout.JAVA_LONG_UNALIGNED, done));
        done += Long.BYTES;
      } else {
        put(at + done, 1, source.get(ValueLayout.JAVA_BYTE, done));
        done++;
      }
    }
  }

  private static boolean isWord(long at, long left) {
    return at % Long.BYTES == 0 && left >= Long.BYTES;
  }
}

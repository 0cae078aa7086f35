package dev.basalt.format;

/**
 * The block sizes of small objects, and how a chunk of such blocks is laid out.
 *
 * <p>Steps of 16 bytes up to 256, then eight steps per doubling up to 8 KiB (at most 12.5% waste),
 * then the sizes of which 7 to 4 fill a chunk. Larger objects get runs of whole pages, which may go
 * on from one chunk into the next.
 *
 * <pre>
 * chunk:  0        allocation bitmap, one bit per block, whole 8-byte words
 *         data     blocks, from the next multiple of 16
 * </pre>
 */
public final class SizeClasses {
  /** Blocks start and end at multiples of this. */
  public static final int GRANULE = 16;

  private static final int FINE_MAX = 256;
  private static final int STEPPED_MAX = 8192;
  private static final int FIT_MAX = 7;
  private static final int FIT_MIN = 4;

  private static final int[] SIZES = sizes();
  private static final int[] BLOCKS = new int[SIZES.length];
  private static final int[] DATA = new int[SIZES.length];
  private static final byte[] CLASS_OF_GRANULES;

  /** The largest object that shares a chunk with others. */
  public static final int SMALL_MAX = SIZES[SIZES.length - 1];

  static {
    for (int i = 0; i < SIZES.length; i++) {
      int blocks = Geometry.CHUNK_SIZE / SIZES[i];
      while (dataOffset(blocks) + blocks * SIZES[i] > Geometry.CHUNK_SIZE) {
        blocks--;
      }
      BLOCKS[i] = blocks;
      DATA[i] = dataOffset(blocks);
    }
    CLASS_OF_GRANULES = new byte[SMALL_MAX / GRANULE + 1];
    int sizeClass = 0;
    for (int granules = 0; granules < CLASS_OF_GRANULES.length; granules++) {
      if (granules * GRANULE > SIZES[sizeClass]) {
        sizeClass++;
      }
      CLASS_OF_GRANULES[granules] = (byte) sizeClass;
    }
  }

  private SizeClasses() {}

  private static int[] sizes() {
    int[] sizes = new int[128];
    int n = 0;
    for (int size = 2 * GRANULE; size <= FINE_MAX; size += GRANULE) {
      sizes[n++] = size;
    }
    for (int base = FINE_MAX; base < STEPPED_MAX; base *= 2) {
      for (int step = 1; step <= 8; step++) {
        sizes[n++] = base + base / 8 * step;
      }
    }
    for (int fit = FIT_MAX; fit >= FIT_MIN; fit--) {
      int size = (Geometry.CHUNK_SIZE - GRANULE) / fit / GRANULE * GRANULE;
      if (size > sizes[n - 1]) {
        sizes[n++] = size;
      }
    }
    return java.util.Arrays.copyOf(sizes, n);
  }

  private static int dataOffset(int blocks) {
    return (bitmapWords(blocks) * Long.BYTES + GRANULE - 1) / GRANULE * GRANULE;
  }

  private static int bitmapWords(int blocks) {
    return (blocks + Long.SIZE - 1) / Long.SIZE;
  }

  /**
   * How many size classes there are.
   *
   * @return the number
   */
  public static int count() {
    return SIZES.length;
  }

  /**
   * The smallest class that holds an object.
   *
   * @param bytes the object's size with its header, at most {@link #SMALL_MAX}
   * @return the class
   */
  public static int classOf(int bytes) {
    return CLASS_OF_GRANULES[(bytes + GRANULE - 1) / GRANULE];
  }

  /**
   * The bytes of a block.
   *
   * @param sizeClass the class
   * @return its block size
   */
  public static int blockSize(int sizeClass) {
    return SIZES[sizeClass];
  }

  /**
   * The bytes of the block that an object gets.
   *
   * @param bytes the object's size with its header
   * @return the size of its block
   */
  public static long blockBytes(long bytes) {
    return bytes <= SMALL_MAX ? blockSize(classOf((int) bytes)) : Geometry.wholePages(bytes);
  }

  /**
   * The blocks in a chunk.
   *
   * @param sizeClass the class
   * @return how many
   */
  public static int blocksPerChunk(int sizeClass) {
    return BLOCKS[sizeClass];
  }

  /**
   * The 8-byte words of a chunk's bitmap.
   *
   * @param sizeClass the class
   * @return how many
   */
  public static int bitmapWordsPerChunk(int sizeClass) {
    return bitmapWords(BLOCKS[sizeClass]);
  }

  /**
   * Where a block lies in its chunk.
   *
   * @param sizeClass the class
   * @param block the block's index
   * @return bytes from the chunk's start
   */
  public static int offsetOf(int sizeClass, int block) {
    return DATA[sizeClass] + block * SIZES[sizeClass];
  }

  /**
   * The block that starts at an offset.
   *
   * @param sizeClass the class
   * @param offsetInChunk bytes from the chunk's start
   * @return the block's index, or -1 if no block starts there
   */
  public static int blockAt(int sizeClass, int offsetInChunk) {
    int distance = offsetInChunk - DATA[sizeClass];
    int block = distance / SIZES[sizeClass];
    return distance >= 0 && distance % SIZES[sizeClass] == 0 && block < BLOCKS[sizeClass]
        ? block
        : -1;
  }
}

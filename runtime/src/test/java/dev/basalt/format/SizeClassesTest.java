package dev.basalt.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeClassesTest {
  @Test
  void everySizeGetsTheSmallestClassThatHoldsIt() {
    for (int bytes = 1; bytes <= SizeClasses.SMALL_MAX; bytes++) {
      int sizeClass = SizeClasses.classOf(bytes);
      assertThat(SizeClasses.blockSize(sizeClass)).isGreaterThanOrEqualTo(bytes);
      assertThat(sizeClass == 0 || SizeClasses.blockSize(sizeClass - 1) < bytes)
          .as("%d bytes", bytes)
          .isTrue();
    }
  }

  @Test
  void wasteIsBounded() {
    for (int bytes = 256; bytes <= 8192; bytes++) {
      int block = SizeClasses.blockSize(SizeClasses.classOf(bytes));
      assertThat(block - bytes).isLessThanOrEqualTo(bytes / 8 + SizeClasses.GRANULE);
    }
    for (int bytes = 17; bytes <= 256; bytes++) {
      int block = SizeClasses.blockSize(SizeClasses.classOf(bytes));
      assertThat(block - bytes).isLessThan(2 * SizeClasses.GRANULE);
    }
  }

  @Test
  void blocksAreAlignedAndDoNotOverlap() {
    for (int sizeClass = 0; sizeClass < SizeClasses.count(); sizeClass++) {
      int end = SizeClasses.bitmapWordsPerChunk(sizeClass) * Long.BYTES;
      assertThat(SizeClasses.blocksPerChunk(sizeClass)).isGreaterThan(1);
      assertThat(SizeClasses.blocksPerChunk(sizeClass))
          .isLessThanOrEqualTo(SizeClasses.bitmapWordsPerChunk(sizeClass) * Long.SIZE);
      for (int block = 0; block < SizeClasses.blocksPerChunk(sizeClass); block++) {
        int at = SizeClasses.offsetOf(sizeClass, block);
        assertThat(at % SizeClasses.GRANULE).isZero();
        assertThat(at).isGreaterThanOrEqualTo(end);
        assertThat(SizeClasses.blockAt(sizeClass, at)).isEqualTo(block);
        assertThat(SizeClasses.blockAt(sizeClass, at + 1)).isEqualTo(-1);
        end = at + SizeClasses.blockSize(sizeClass);
      }
      assertThat(end).isLessThanOrEqualTo(Geometry.CHUNK_SIZE);
      assertThat(SizeClasses.blockAt(sizeClass, 0)).isEqualTo(-1);
      assertThat(SizeClasses.blockAt(sizeClass, end)).isEqualTo(-1);
    }
  }
}

package dev.basalt.format;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.PoolAccessException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SuperblockTest {
  private static final Superblock OLD =
      new Superblock(UUID.randomUUID(), 6, 3, 65_536, 1000, 17, 1 << 20);
  private static final Superblock NEW = OLD.next(4, 2000, 18, 2 << 20);

  private final MemorySegment a = page(OLD);
  private final MemorySegment b = page(NEW);

  private static MemorySegment page(Superblock superblock) {
    MemorySegment page = Arena.ofAuto().allocate(Geometry.PAGE_SIZE, 8);
    superblock.encode(page);
    return page;
  }

  private Superblock choose() {
    return Superblock.choose("name", a, b);
  }

  private static int offsetOf(String field) {
    return Superblock.structure().fields().stream()
        .filter(f -> f.name().equals(field))
        .findFirst()
        .orElseThrow()
        .offset();
  }

  @Test
  void newerGenerationIsChosen() {
    assertThat(choose()).isEqualTo(NEW);
    assertThat(Superblock.choose("name", b, a)).isEqualTo(NEW);
    assertThat(Superblock.offsetOf(6)).isZero();
    assertThat(Superblock.offsetOf(7)).isEqualTo(Geometry.PAGE_SIZE);
  }

  @Test
  void damagedCopyIsPassedOver() {
    b.set(U64, offsetOf("logStart"), 7);
    assertThat(choose()).isEqualTo(OLD);
    b.fill((byte) 0);
    assertThat(choose()).isEqualTo(OLD);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    int version = offsetOf("version");
    for (int bit = 0; bit < Superblock.SIZE * 8; bit++) {
      MemorySegment damaged = page(NEW);
      int at = bit / 8;
      byte flipped =
          (byte) (damaged.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) ^ 1 << bit % 8);
      damaged.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at, flipped);
      try {
        assertThat(Superblock.choose("name", a, damaged)).isEqualTo(OLD);
      } catch (IncompatiblePoolException e) {
        assertThat(at).isBetween(version, version + 3);
      }
    }
  }

  @Test
  void twoDamagedCopiesAreCorrupt() {
    a.set(U32, offsetOf("crc"), 0);
    b.set(U32, offsetOf("crc"), 0);
    assertThatThrownBy(this::choose).isInstanceOf(CorruptPoolException.class);
  }

  @Test
  void somethingElseIsNoPool() {
    a.fill((byte) 1);
    b.fill((byte) 1);
    assertThatThrownBy(this::choose)
        .isInstanceOf(PoolAccessException.class)
        .hasMessageContaining("name");
  }

  @Test
  void newerVersionAndOtherByteOrderAreNamed() {
    a.set(U32, offsetOf("version"), 9);
    b.set(U32, offsetOf("version"), 9);
    assertThatThrownBy(this::choose)
        .isInstanceOf(IncompatiblePoolException.class)
        .hasMessageContaining("9");
    a.set(U32, offsetOf("byteOrder"), 0x04030201);
    b.set(U32, offsetOf("byteOrder"), 0x04030201);
    assertThatThrownBy(this::choose)
        .isInstanceOf(IncompatiblePoolException.class)
        .hasMessageContaining("byte order");
  }

  @Test
  void senselessGeometryIsCorrupt() {
    for (Superblock senseless :
        new Superblock[] {
          new Superblock(OLD.id(), 9, 1, 1000, 0, 1, 1 << 20),
          new Superblock(OLD.id(), 9, 1, -65_536, 0, 1, 1 << 20),
          new Superblock(OLD.id(), 9, 1, 1L << 62, 0, 1, Long.MAX_VALUE),
          new Superblock(OLD.id(), 9, 1, 65_536, -8, 1, 1 << 20),
          new Superblock(OLD.id(), 9, 1, 65_536, 0, -1, 1 << 20),
          new Superblock(OLD.id(), 9, 1, 65_536, 0, 1, 5)
        }) {
      assertThatThrownBy(() -> Superblock.choose("name", page(senseless), b))
          .isInstanceOf(CorruptPoolException.class);
    }
  }
}

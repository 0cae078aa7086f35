package dev.basalt.backup;

import dev.basalt.format.Geometry;
import dev.basalt.medium.Medium;
import dev.basalt.memory.PoolImage;
import dev.basalt.recovery.PoolCreator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;

/** Makes a pool of the chunks of another one. What is free in that becomes a hole. */
public final class Backup {
  private Backup() {}

  /**
   * What identifies the state that is copied.
   *
   * @param id the pool's identity
   * @param heapOffset where its heap starts
   * @param sequence the last commit in it
   */
  public record State(UUID id, long heapOffset, long sequence) {
    long logSize() {
      return heapOffset - Geometry.LOG_OFFSET;
    }
  }

  /**
   * Writes the pool; durable on return.
   *
   * @param state the state that is copied
   * @param image what its bytes mean
   * @param copy copies them into the target
   * @param target an empty medium
   * @param progress told how far it is
   * @return what is damaged, and was copied as it is
   */
  public static List<Damage> write(
      State state, PoolImage image, ImageCopy copy, Medium target, ImageCopy.Progress progress) {
    PoolCreator.writeLog(target, state.logSize());
    List<Damage> damages = copy.run(progress);
    extend(target, image.chunkOffset(image.chunks()));
    PoolCreator.finish(target, state.id(), state.logSize(), state.sequence());
    return damages;
  }

  /** Makes the medium as long as it is to be, if its end is free space. */
  static void extend(Medium target, long size) {
    if (target.size() < size) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment zeroes = arena.allocate(Geometry.PAGE_SIZE);
        target.write(size - zeroes.byteSize(), zeroes);
      }
    }
  }
}

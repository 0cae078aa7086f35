package dev.basalt.backup;

import dev.basalt.error.PoolAccessException;
import dev.basalt.format.Superblock;
import dev.basalt.medium.Medium;
import dev.basalt.memory.PoolImage;
import dev.basalt.recovery.RecoveredPool;
import dev.basalt.recovery.UnrecoveredPool;

/**
 * A pool that is not open and whose log is empty: a backup, or one that was closed.
 *
 * @param medium its medium, locked
 * @param superblock its superblock
 */
record RestingPool(Medium medium, Superblock superblock) {
  /**
   * Reads the superblock and looks whether the log is empty.
   *
   * @throws PoolAccessException if it is not
   */
  static RestingPool of(Medium medium) {
    UnrecoveredPool unrecovered = UnrecoveredPool.read(medium);
    Superblock superblock = unrecovered.superblock();
    RecoveredPool recovered = unrecovered.recover(medium.size(), true);
    recovered.heap().close();
    if (recovered.report().commits() > 0) {
      throw new PoolAccessException(
          "%s is not at rest: its log holds %d commits; open and close it first"
              .formatted(medium.name(), recovered.report().commits()));
    }
    return new RestingPool(medium, superblock);
  }

  PoolImage image() {
    return PoolImage.read(
        medium.name(), medium::read, superblock.heapOffset(), superblock.poolSize());
  }
}

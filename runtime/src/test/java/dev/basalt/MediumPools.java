package dev.basalt;

import dev.basalt.medium.Medium;

/** Opens pools on a test's own medium. */
public final class MediumPools {
  private MediumPools() {}

  public static Pool open(PoolBuilder builder, Medium medium) {
    return builder.open(medium);
  }

  public static BackupReport backup(Pool pool, Medium target) {
    return pool.backup(target);
  }
}

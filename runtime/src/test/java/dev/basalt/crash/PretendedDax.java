package dev.basalt.crash;

import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;

/**
 * Takes any medium for persistent memory: the pool above it works as on DAX, and survives the
 * process, which needs no write-back of cache lines.
 */
public class PretendedDax extends PlantedMedium {
  private final Medium target;

  public PretendedDax(Medium target) {
    super(target);
    this.target = target;
  }

  @Override
  public boolean isDax() {
    return true;
  }

  @Override
  public Mapping mapSynchronous(long offset, long lengthBytes) {
    return target.mapShared(offset, lengthBytes);
  }

  @Override
  public void force(long offset, long lengthBytes) {}
}

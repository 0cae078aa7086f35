package dev.basalt.crash;

import dev.basalt.medium.Medium;

/**
 * Records what happens to a block device: its size stays, and what a pool grows into was made zero,
 * in any part until the next sync.
 */
final class CrashingDevice extends CrashingMedium {
  CrashingDevice(Medium target, Recording recording) {
    super(target, recording);
  }

  @Override
  public synchronized void grow(long newSizeBytes) {
    recordStores();
    long before = target.size();
    target.grow(newSizeBytes);
    if (newSizeBytes > before) {
      recording.add(new Recording.Discard(before, newSizeBytes - before));
    }
  }

  @Override
  public synchronized boolean shrink(long newSizeBytes) {
    recordStores();
    recording.add(new Recording.Discard(newSizeBytes, target.size() - newSizeBytes));
    return target.shrink(newSizeBytes);
  }
}

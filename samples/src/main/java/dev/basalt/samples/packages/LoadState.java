package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;

/**
 * Which input a catalog is loaded from, and how far. Changed in the same update as the packages, so
 * that it is never ahead of them or behind.
 */
@Persistent
final class LoadState {
  private final String inputName;
  private final long inputBytes;
  private final String inputSha256;
  private final int packagesPerUpdate;
  private final int updatesTotal;
  private int updatesDone;

  LoadState(InputIdentity input, int packagesPerUpdate, int updatesTotal) {
    this.inputName = input.name();
    this.inputBytes = input.bytes();
    this.inputSha256 = input.sha256();
    this.packagesPerUpdate = packagesPerUpdate;
    this.updatesTotal = updatesTotal;
  }

  InputIdentity input() {
    return new InputIdentity(inputName, inputBytes, inputSha256);
  }

  int packagesPerUpdate() {
    return packagesPerUpdate;
  }

  int updatesTotal() {
    return updatesTotal;
  }

  int updatesDone() {
    return updatesDone;
  }

  boolean isComplete() {
    return updatesDone == updatesTotal;
  }

  void done(int update) {
    updatesDone = update;
  }
}

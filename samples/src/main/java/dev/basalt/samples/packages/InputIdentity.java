package dev.basalt.samples.packages;

/**
 * Which input it was.
 *
 * @param name what it is called; two names can stand for the same input
 * @param bytes its size
 * @param sha256 the checksum of its bytes
 */
record InputIdentity(String name, long bytes, String sha256) {
  boolean isSameInput(InputIdentity other) {
    return bytes == other.bytes && sha256.equals(other.sha256);
  }

  @Override
  public String toString() {
    return "%s (%,d bytes, SHA-256 %s...)".formatted(name, bytes, sha256.substring(0, 8));
  }
}

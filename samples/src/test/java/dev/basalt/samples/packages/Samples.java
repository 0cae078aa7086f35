package dev.basalt.samples.packages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Inputs for tests. */
final class Samples {
  static final InputIdentity IDENTITY = new InputIdentity("test", 1, "0".repeat(64));

  private Samples() {}

  /** Parses descriptions in which a line is a field; version and architecture are filled in. */
  static List<PackageRecord> records(String text) {
    try {
      return ControlFileTest.read(
              text.replaceAll("(?m)^Package:(.*)$", "Package:$1\nVersion: 1\nArchitecture: amd64"))
          .stream()
          .map(PackageRecord::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A plain catalog of these descriptions. */
  static Catalog catalog(String text) {
    Loader loader = new Loader(IDENTITY, records(text), 1);
    return loader.model(loader.updatesTotal());
  }

  /** The first packages of the bundled index. */
  static List<PackageRecord> bundled(int packages) {
    return PackageSource.bundled().read().subList(0, packages);
  }
}

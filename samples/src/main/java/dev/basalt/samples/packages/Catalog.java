package dev.basalt.samples.packages;

import dev.basalt.annotation.Persistent;
import dev.basalt.collections.PersistentHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The root of the demo's pool: all packages, and how far their loading has come. */
@Persistent
final class Catalog {
  private final LoadState loadState;
  private final Map<String, DebPackage> packages = new PersistentHashMap<>();
  private final Map<String, Maintainer> maintainers = new PersistentHashMap<>();
  private final Map<String, Section> sections = new PersistentHashMap<>();
  private int versionCount;
  private int installedCount;
  private int relationCount;

  Catalog(LoadState loadState) {
    this.loadState = loadState;
  }

  LoadState loadState() {
    return loadState;
  }

  /** By name: what the input describes, and every name that a relation mentions. */
  Map<String, DebPackage> packages() {
    return packages;
  }

  Map<String, Maintainer> maintainers() {
    return maintainers;
  }

  Map<String, Section> sections() {
    return sections;
  }

  int versionCount() {
    return versionCount;
  }

  int installedCount() {
    return installedCount;
  }

  int relationCount() {
    return relationCount;
  }

  @Nullable DebPackage find(String name) {
    return packages.get(name);
  }

  /** The package of that name, which is added if it is not there. */
  DebPackage packageNamed(String name) {
    return packages.computeIfAbsent(name, DebPackage::new);
  }

  Maintainer maintainerNamed(String name) {
    return maintainers.computeIfAbsent(name, Maintainer::new);
  }

  Section sectionNamed(String name) {
    return sections.computeIfAbsent(name, Section::new);
  }

  /** Counts a version that has been added with its relations. */
  void count(boolean installed, int relations) {
    versionCount++;
    installedCount += installed ? 1 : 0;
    relationCount += relations;
  }
}

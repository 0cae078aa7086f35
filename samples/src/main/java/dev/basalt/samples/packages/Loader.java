package dev.basalt.samples.packages;

import dev.basalt.samples.packages.PackageRecord.RelationRecord;
import java.util.List;

/**
 * Turns package descriptions into objects, some packages per update. It neither knows nor cares
 * whether the catalog that it adds to is in a pool: the demo and its tests check a pool by
 * comparing it with a plain catalog that this same code has filled.
 */
final class Loader {
  private final InputIdentity input;
  private final List<PackageRecord> records;
  private final int packagesPerUpdate;

  Loader(InputIdentity input, List<PackageRecord> records, int packagesPerUpdate) {
    this.input = input;
    this.records = records;
    this.packagesPerUpdate = packagesPerUpdate;
  }

  /** The number of updates that load everything. */
  int updatesTotal() {
    return Math.ceilDiv(records.size(), packagesPerUpdate);
  }

  /** A plain catalog without packages. */
  Catalog newCatalog() {
    return new Catalog(new LoadState(input, packagesPerUpdate, updatesTotal()));
  }

  /** A plain catalog as it is after some updates. */
  Catalog model(int updates) {
    Catalog catalog = newCatalog();
    for (int update = 1; update <= updates; update++) {
      apply(catalog, update);
    }
    return catalog;
  }

  /**
   * The body of one update.
   *
   * @param catalog what to add to; has to have had all updates before this one, and none after
   * @param update the number of the update, counted from 1
   */
  void apply(Catalog catalog, int update) {
    if (update != catalog.loadState().updatesDone() + 1 || update > updatesTotal()) {
      throw new IllegalArgumentException(
          "update %d of %d cannot follow update %d"
              .formatted(update, updatesTotal(), catalog.loadState().updatesDone()));
    }
    int from = (update - 1) * packagesPerUpdate;
    int to = Math.min(from + packagesPerUpdate, records.size());
    for (PackageRecord record : records.subList(from, to)) {
      add(catalog, record);
    }
    catalog.loadState().done(update);
  }

  private static void add(Catalog catalog, PackageRecord record) {
    DebPackage debPackage = catalog.packageNamed(record.name());
    if (record.version() == null) {
      return; // the database remembers the name of something that is not there
    }
    Maintainer maintainer = catalog.maintainerNamed(record.maintainer());
    Section section = catalog.sectionNamed(record.section());
    Version version = new Version(debPackage, maintainer, section, record);
    debPackage.add(version);
    maintainer.add(version);
    section.add(version);
    addRelations(catalog, version, record.relations());
    catalog.count(record.installed(), record.relations().size());
  }

  private static void addRelations(Catalog catalog, Version version, List<RelationRecord> records) {
    Relation last = null;
    for (RelationRecord record : records) {
      DebPackage target = catalog.packageNamed(record.to().name());
      Relation relation = new Relation(version, target, record);
      if (last == null) {
        version.startRelations(relation);
      } else {
        last.linkOfOwner(relation);
      }
      target.addReference(relation);
      last = relation;
    }
  }
}

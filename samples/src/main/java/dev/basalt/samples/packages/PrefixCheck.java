package dev.basalt.samples.packages;

/**
 * Checks that a catalog which has survived a kill holds exactly the first so many updates: all that
 * had returned, nothing of one that was not finished.
 *
 * @param updates how many updates the catalog holds
 * @param objects how many objects were compared
 */
record PrefixCheck(int updates, int objects) {

  /**
   * Checks.
   *
   * @param catalog the catalog, on one snapshot
   * @param loader makes the plain catalog that it is compared with
   * @param returned the number of updates that are known to have returned
   * @param begun the number of updates that may have begun, at most
   * @throws DemoException if the catalog is not such a prefix; the message says where
   */
  static PrefixCheck run(Catalog catalog, Loader loader, int returned, int begun) {
    int done = catalog.loadState().updatesDone();
    if (done < returned || done > begun) {
      throw new DemoException(
          "updates have been lost or invented: %d had returned, %d had begun, the pool holds %d"
              .formatted(returned, begun, done));
    }
    GraphComparison comparison = GraphComparison.of(catalog, loader.model(done));
    if (comparison.difference() != null) {
      throw new DemoException(
          "the pool does not hold updates 1 to %d and nothing else: %s"
              .formatted(done, comparison.difference()));
    }
    return new PrefixCheck(done, comparison.objects());
  }
}

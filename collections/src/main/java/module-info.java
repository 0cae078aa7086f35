/** Persistent collections with the contracts of {@code java.util}. */
module dev.basalt.collections {
  requires transitive dev.basalt.runtime;
  requires static transitive org.jspecify;

  exports dev.basalt.collections;

  provides dev.basalt.object.CollectionFactory with
      dev.basalt.collections.StandardCollections;
}

/** The object store: pools, transactions, and what rewritten classes call. */
module dev.basalt.runtime {
  requires transitive dev.basalt.annotations;
  requires static transitive org.jspecify;
  requires jdk.jfr;
  requires jdk.nio.mapmode;
  requires org.slf4j;

  uses dev.basalt.Codec;
  uses dev.basalt.object.CollectionFactory;

  exports dev.basalt;
  exports dev.basalt.error;

  // For rewritten classes and the collections, not for programs.
  exports dev.basalt.bridge;
  exports dev.basalt.object;
}

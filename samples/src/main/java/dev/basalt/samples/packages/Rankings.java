package dev.basalt.samples.packages;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** The packages and maintainers that have most of something, the most first. */
final class Rankings {
  /**
   * One place in a ranking.
   *
   * @param <T> what is ranked
   * @param what the one that has this place
   * @param amount how much it has
   */
  record Place<T>(T what, long amount) {}

  private final Catalog catalog;
  private final PackageGraph graph;

  Rankings(Catalog catalog, PackageGraph graph) {
    this.catalog = catalog;
    this.graph = graph;
  }

  /** The versions that take most space when installed, in KiB. */
  List<Place<Version>> largest(int count) {
    Top<Version> top = new Top<>(count, Comparator.comparing(Version::toString));
    for (DebPackage debPackage : graph.packages()) {
      for (Version version : debPackage.versions()) {
        if (graph.counts(version)) {
          top.offer(version, version.installedSizeKib());
        }
      }
    }
    return top.places();
  }

  /** The maintainers of most packages. */
  List<Place<Maintainer>> busiest(int count) {
    Top<Maintainer> top = new Top<>(count, Comparator.comparing(Maintainer::name));
    for (Maintainer maintainer : catalog.maintainers().values()) {
      Set<DebPackage> packages = new HashSet<>();
      for (Version version : maintainer.versions()) {
        if (graph.counts(version)) {
          packages.add(version.debPackage());
        }
      }
      top.offer(maintainer, packages.size());
    }
    return top.places();
  }

  /** The packages on which most others depend themselves. */
  List<Place<DebPackage>> mostNeeded(int count) {
    Top<DebPackage> top = new Top<>(count, Comparator.comparing(DebPackage::name));
    for (DebPackage debPackage : graph.packages()) {
      Set<DebPackage> dependents = new HashSet<>();
      for (Relation relation : debPackage.references()) {
        if (relation.kind().isHard() && graph.counts(relation.owner())) {
          dependents.add(relation.owner().debPackage());
        }
      }
      dependents.remove(debPackage);
      top.offer(debPackage, dependents.size());
    }
    return top.places();
  }

  /** Keeps the first places; the least of them is at the head of the queue. */
  private static final class Top<T> {
    private final int count;
    private final Comparator<Place<T>> leastFirst;
    private final PriorityQueue<Place<T>> queue;

    Top(int count, Comparator<T> tieBreaker) {
      this.count = count;
      this.leastFirst =
          Comparator.<Place<T>>comparingLong(Place::amount)
              .thenComparing(Place::what, tieBreaker.reversed());
      this.queue = new PriorityQueue<>(leastFirst);
    }

    void offer(T what, long amount) {
      queue.add(new Place<>(what, amount));
      if (queue.size() > count) {
        queue.poll();
      }
    }

    List<Place<T>> places() {
      List<Place<T>> places = new ArrayList<>(queue);
      places.sort(leastFirst.reversed());
      return places;
    }
  }
}

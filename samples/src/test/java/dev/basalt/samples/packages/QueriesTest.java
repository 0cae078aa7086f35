package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Why, needs and rankings. */
final class QueriesTest {
  private static final String INDEX =
      """
      Package: base
      Essential: yes
      Depends: libc

      Package: libc
      Installed-Size: 100
      Maintainer: m

      Package: app
      Depends: lib-a, mail | post
      Recommends: viewer
      Suggests: unwanted
      Maintainer: m
      Installed-Size: 30

      Package: lib-a
      Depends: lib-b, libc

      Package: lib-b
      Pre-Depends: lib-c
      Depends: lib-a

      Package: lib-c
      Installed-Size: 7

      Package: postfix
      Provides: post

      Package: viewer

      Package: unwanted
      Suggests: ring-1

      Package: ring-1
      Depends: ring-2

      Package: ring-2
      Depends: ring-1
      """;

  private final Catalog catalog = Samples.catalog(INDEX);
  private final PackageGraph graph = new PackageGraph(catalog);

  @Test
  void rootsHaveReasons() {
    assertThat(reason("base")).isEqualTo(RootReason.ESSENTIAL);
    assertThat(reason("app")).isEqualTo(RootReason.UNNEEDED);
    assertThat(reason("unwanted")).isEqualTo(RootReason.UNNEEDED);
    assertThat(reason("libc")).isNull();
    assertThat(reason("viewer")).isNull();
    assertThat(reason("postfix")).isNull();
  }

  @Test
  void baseSystemAndMetapackagesAreRoots() {
    PackageGraph roots =
        new PackageGraph(
            Samples.catalog(
                "Package: a\nPriority: standard\n\nPackage: b\nSection: tasks\nDepends: a, b\n"));
    assertThat(RootReason.of(find(roots, "a"), roots)).isEqualTo(RootReason.BASE);
    assertThat(RootReason.of(find(roots, "b"), roots)).isEqualTo(RootReason.COLLECTION);
  }

  @Test
  void chainsAreShortestAndFromTheStrongestRoot() {
    assertThat(chain("lib-c")).containsExactly("app", "lib-a", "lib-b", "lib-c");
    assertThat(chain("libc")).containsExactly("base", "libc");
    assertThat(chain("viewer")).containsExactly("app", "viewer");
    assertThat(chain("app")).containsExactly("app");
  }

  @Test
  void chainsLeadThroughVirtualPackages() {
    assertThat(chain("postfix")).containsExactly("app", "postfix");
    Why.Link last = Why.search(graph).chainTo(find(graph, "postfix")).getLast();
    assertThat(Objects.requireNonNull(last.by()).target().name()).isEqualTo("post");
  }

  @Test
  void cyclesWithoutRootAreNotReached() {
    assertThat(chain("ring-1")).isEmpty();
    assertThat(chain("mail")).isEmpty();
  }

  @Test
  void deepestHasTheLongestChain() {
    assertThat(Why.search(graph).deepest()).isSameAs(find(graph, "lib-c"));
  }

  @Test
  void needsAreDirectAndTransitive() {
    Needs needs = Needs.of(find(graph, "lib-b"), graph);
    assertThat(needs.direct()).containsExactly("lib-a");
    assertThat(needs.transitive()).isEqualTo(2);
    assertThat(Needs.of(find(graph, "libc"), graph).direct()).containsExactly("base", "lib-a");
    assertThat(Needs.of(find(graph, "libc"), graph).transitive()).isEqualTo(4);
    assertThat(Needs.of(find(graph, "viewer"), graph).byKind())
        .containsExactly(java.util.Map.entry(RelationKind.RECOMMENDS, 1));
  }

  @Test
  void providersAreNeededForWhatTheyProvide() {
    assertThat(Needs.of(find(graph, "postfix"), graph).direct()).containsExactly("app");
    assertThat(Needs.of(find(graph, "post"), graph).direct()).containsExactly("app");
  }

  @Test
  void virtualPackagesWithoutVersionSatisfyNoLimit() {
    String text =
        "Package: a\n"
            + "Depends: v (>= 1)\n\n"
            + "Package: p\n"
            + "Provides: v\n\n"
            + "Package: q\n"
            + "Provides: v (= 2)\n";
    PackageGraph limits = new PackageGraph(Samples.catalog(text));
    Relation relation =
        find(limits, "a").versions().iterator().next().relations().iterator().next();
    assertThat(limits.satisfying(relation)).containsExactly(find(limits, "q"));
    assertThat(Needs.of(find(limits, "p"), limits).direct()).isEmpty();
    assertThat(Needs.of(find(limits, "q"), limits).direct()).containsExactly("a");
  }

  @Test
  void onlyInstalledPackagesCountWhereTheInputKnowsThem() {
    String text =
        """
        Package: a
        Status: install ok installed
        Depends: b | c

        Package: b
        Status: deinstall ok config-files
        Depends: c

        Package: c
        Status: install ok installed
        """;
    PackageGraph installed = new PackageGraph(Samples.catalog(text));
    assertThat(installed.isInstalledOnly()).isTrue();
    assertThat(installed.packages())
        .extracting(DebPackage::name)
        .containsExactlyInAnyOrder("a", "c");
    assertThat(Needs.of(find(installed, "c"), installed).direct()).containsExactly("a");
  }

  @Test
  void rankingsAreOrdered() {
    Rankings rankings = new Rankings(catalog, graph);
    assertThat(rankings.largest(3))
        .extracting(place -> place.what().debPackage() + " " + place.amount())
        .containsExactly("libc 100", "app 30", "lib-c 7");
    assertThat(rankings.busiest(1).getFirst().what().name()).isEqualTo("unknown");
    assertThat(rankings.busiest(2).get(1).amount()).isEqualTo(2);
    assertThat(rankings.mostNeeded(2))
        .extracting(place -> place.what() + " " + place.amount())
        .containsExactly("lib-a 2", "libc 2");
  }

  @Test
  void tiesAreInTheOrderOfNames() {
    assertThat(new Rankings(catalog, graph).largest(100))
        .extracting(place -> place.what().debPackage().name())
        .endsWith("postfix", "ring-1", "ring-2", "unwanted", "viewer");
  }

  private RootReason reason(String name) {
    return RootReason.of(find(graph, name), graph);
  }

  private List<String> chain(String name) {
    DebPackage found = find(graph, name);
    return StreamSupport.stream(Why.search(graph).chainTo(found).spliterator(), false)
        .map(link -> link.debPackage().name())
        .toList();
  }

  private static DebPackage find(PackageGraph graph, String name) {
    return Objects.requireNonNull(graph.find(name));
  }
}

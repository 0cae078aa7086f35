package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LoaderTest {
  @Test
  void relationsAreInBothLists() {
    Catalog catalog =
        Samples.catalog(
            "Package: a\nDepends: b (>= 2) | c, a\nBreaks: b\n\nPackage: b\nProvides: v (= 3)\n");
    Version a = version(catalog, "a");
    Version b = version(catalog, "b");
    assertThat(a.relations())
        .extracting(Relation::toString)
        .containsExactly("a depends on b (>= 2)", "a depends on c", "a depends on a", "a breaks b");
    assertThat(a.relations())
        .extracting(Relation::isAlternative)
        .containsExactly(false, true, false, false);
    assertThat(find(catalog, "b").references())
        .extracting(Relation::kind)
        .containsExactly(RelationKind.BREAKS, RelationKind.DEPENDS);
    assertThat(find(catalog, "a").references()).allMatch(r -> r.owner() == a).hasSize(1);
    assertThat(find(catalog, "c").versions()).isEmpty();
    assertThat(find(catalog, "v").references()).isEmpty();
    assertThat(find(catalog, "v").provisions()).allMatch(r -> r.owner() == b).hasSize(1);
  }

  @Test
  void maintainersAndSectionsAreShared() {
    Catalog catalog =
        Samples.catalog(
            "Package: a\nMaintainer: m\nSection: s\n\nPackage: b\nMaintainer: m\nSection: t\n");
    assertThat(version(catalog, "a").maintainer()).isSameAs(version(catalog, "b").maintainer());
    assertThat(catalog.maintainers().get("m").versionCount()).isEqualTo(2);
    assertThat(catalog.maintainers().get("m").versions())
        .containsExactly(version(catalog, "b"), version(catalog, "a"));
    assertThat(catalog.sections().keySet()).containsExactlyInAnyOrder("s", "t");
  }

  @Test
  void versionsOfOnePackageAreAListAndCounted() {
    Catalog catalog = Samples.catalog("Package: a\n\nPackage: a\nStatus: install ok installed\n");
    assertThat(find(catalog, "a").versions()).hasSize(2);
    assertThat(catalog.versionCount()).isEqualTo(2);
    assertThat(catalog.installedCount()).isEqualTo(1);
  }

  @Test
  void updatesComeInTheirOrder() {
    Loader loader = new Loader(Samples.IDENTITY, Samples.bundled(25), 10);
    assertThat(loader.updatesTotal()).isEqualTo(3);
    Catalog catalog = loader.model(2);
    assertThat(catalog.versionCount()).isEqualTo(20);
    assertThat(catalog.loadState().updatesDone()).isEqualTo(2);
    assertThatThrownBy(() -> loader.apply(catalog, 2)).isInstanceOf(IllegalArgumentException.class);
    loader.apply(catalog, 3);
    assertThat(catalog.loadState().isComplete()).isTrue();
    assertThat(catalog.versionCount()).isEqualTo(25);
    assertThatThrownBy(() -> loader.apply(catalog, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sizeOfUpdatesDoesNotMatter() {
    List<PackageRecord> records = Samples.bundled(100);
    Catalog one = new Loader(Samples.IDENTITY, records, 1).model(100);
    Catalog seven = new Loader(Samples.IDENTITY, records, 7).model(15);
    assertThat(GraphComparison.of(one, seven).difference())
        .contains("packages per update: is 1, not 7");
    assertThat(one.relationCount()).isEqualTo(seven.relationCount());
    assertThat(one.packages().keySet()).isEqualTo(seven.packages().keySet());
  }

  private static DebPackage find(Catalog catalog, String name) {
    return Objects.requireNonNull(catalog.find(name));
  }

  private static Version version(Catalog catalog, String name) {
    return find(catalog, name).versions().iterator().next();
  }
}

package dev.basalt.samples.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GraphComparisonTest {
  private static final String TEXT =
      """
      Package: a
      Maintainer: m
      Depends: b (>= 1), c:any | d
      Description: first

      Package: b
      Maintainer: n
      Provides: v
      Depends: a
      """;

  @Test
  void sameInputGivesSameGraph() {
    GraphComparison same = GraphComparison.of(Samples.catalog(TEXT), Samples.catalog(TEXT));
    assertThat(same.difference()).isNull();
    // catalog, load state, a b c d v, two versions, two maintainers, one section, five relations
    assertThat(same.objects()).isEqualTo(17);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s/Maintainer: n/Maintainer: m/",
        "s/first/second/",
        "s/>= 1/>= 2/",
        "s/>= 1/>> 1/",
        "s/c:any/c/",
        "s/c:any | d/c:any, d/",
        "s/Depends: a/Recommends: a/",
        "s/Depends: a/Depends: c/",
        "s/Provides: v/Provides: w/",
        "s/Package: b/Package: e/",
        "s/Depends: a//"
      })
  void anyChangeIsFound(String change) {
    String[] parts = change.split("/", -1);
    String changed = TEXT.replace(parts[1], parts[2]);
    assertThat(changed).isNotEqualTo(TEXT);
    assertDiffers(catalog -> {}, changed);
  }

  @Test
  void copiesInsteadOfSharedObjectsAreFound() {
    Catalog left = Samples.catalog(TEXT);
    DebPackage a = Objects.requireNonNull(left.find("a"));
    DebPackage copy = new DebPackage("a");
    a.versions().forEach(copy::add);
    left.packages().put("a", copy);
    assertThat(GraphComparison.of(left, Samples.catalog(TEXT)).difference()).isNotNull();
  }

  @Test
  void missingReverseEdgesAreFound() {
    assertDiffers(
        catalog -> {
          DebPackage c = Objects.requireNonNull(catalog.find("c"));
          c.addReference(c.references().iterator().next());
        },
        TEXT);
    assertDiffers(catalog -> catalog.packages().put("x", new DebPackage("x")), TEXT);
    assertDiffers(catalog -> catalog.packages().remove("d"), TEXT);
    assertDiffers(catalog -> catalog.count(false, 0), TEXT);
    assertDiffers(catalog -> catalog.loadState().done(1), TEXT);
  }

  @Test
  void prefixHasToBeExact() {
    List<PackageRecord> records = Samples.bundled(20);
    Loader loader = new Loader(Samples.IDENTITY, records, 1);
    assertThat(PrefixCheck.run(loader.model(7), loader, 7, 8).updates()).isEqualTo(7);
    assertThat(PrefixCheck.run(loader.model(8), loader, 7, 8).updates()).isEqualTo(8);
    assertThatThrownBy(() -> PrefixCheck.run(loader.model(6), loader, 7, 8))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("7 had returned, 8 had begun, the pool holds 6");
    assertThatThrownBy(() -> PrefixCheck.run(loader.model(9), loader, 7, 8))
        .isInstanceOf(DemoException.class);
    Catalog ahead = loader.model(8);
    ahead.loadState().done(7); // packages of an update that was not finished
    assertThatThrownBy(() -> PrefixCheck.run(ahead, loader, 7, 8))
        .isInstanceOf(DemoException.class)
        .hasMessageContaining("does not hold updates 1 to 7 and nothing else");
  }

  private static void assertDiffers(Consumer<Catalog> change, String leftText) {
    Catalog left = Samples.catalog(leftText);
    change.accept(left);
    assertThat(GraphComparison.of(left, Samples.catalog(TEXT)).difference()).isNotNull();
    assertThat(GraphComparison.of(Samples.catalog(TEXT), left).difference()).isNotNull();
  }
}

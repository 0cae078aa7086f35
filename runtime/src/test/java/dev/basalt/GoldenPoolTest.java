package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.SourceLoader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A pool that an earlier build wrote, of classes of an earlier shape, opens and follows. It was
 * made by {@link #goldenPoolIsMade}; a change of format that cannot read it any more needs a new
 * format version.
 */
class GoldenPoolTest {
  private static final String RESOURCE = "/golden/people-1.pool.gz";

  @RegisterExtension final Pools pools = new Pools();

  private static SourceLoader before() {
    return SourceLoader.of(
        "public enum Grade { LOW, MIDDLE, HIGH }",
        "public record Name(String first, String last) {}",
        "@Persistent class Person { Name name; Grade grade; int cents; Person friend; String gone;"
            + " }",
        "@Persistent class Office { Person head; int[] rooms; Object[] mixed; }");
  }

  private static SourceLoader after() {
    return SourceLoader.of(
        "public enum Grade { HIGH, LOW }",
        "public record Name(String last, String first, String title) {}",
        "@Persistent class Being { long since; }",
        "@Persistent class Person extends Being { @RenamedFrom(\"cents\") long amount; Object name;"
            + " Person friend; Grade grade; long more; }",
        "@RenamedFrom(\"shapes.Office\") @Persistent class Bureau { int[] rooms; Object[] mixed;"
            + " Person head; }");
  }

  /**
   * Run with {@code -Dbasalt.golden=FILE} to make the file anew, and beside it that of {@link
   * GoldenShapesTest}.
   */
  @Test
  @EnabledIfSystemProperty(named = "basalt.golden", matches = ".+")
  void goldenPoolIsMade() throws IOException {
    SourceLoader loader = before();
    Path file = pools.file("made");
    try (Pool pool = pools.open(pools.builder("made").classLoader(loader))) {
      DynamicObject ada = person(loader, "Ada", "HIGH", 500);
      DynamicObject bob = person(loader, "Bob", "LOW", -1).set("friend", ada);
      ada.set("friend", bob);
      Object[] mixed = {bob, LocalDate.EPOCH, new BigDecimal("9.90"), "a text of some length"};
      pool.putRoot(
          "office",
          loader
              .make("Office")
              .set("head", ada)
              .set("rooms", new int[] {1, 2, 3})
              .set("mixed", mixed));
    }
    Path target = Path.of(System.getProperty("basalt.golden"));
    pack(file, target);
    SourceLoader shapes = GoldenShapesTest.before();
    try (Pool pool = pools.open(pools.builder("shapes").classLoader(shapes))) {
      GoldenShapesTest.store(pool, shapes);
    }
    pack(pools.file("shapes"), target.resolveSibling(GoldenShapesTest.FILE));
  }

  private static void pack(Path file, Path target) throws IOException {
    try (InputStream from = Files.newInputStream(file);
        OutputStream to = new GZIPOutputStream(Files.newOutputStream(target))) {
      from.transferTo(to);
    }
  }

  private static DynamicObject person(SourceLoader loader, String name, String grade, int cents) {
    return loader
        .make("Person")
        .set("name", loader.record("Name", name, "Lovelace"))
        .set("grade", loader.constant("Grade", grade))
        .set("cents", cents)
        .set("gone", "a field that will be gone");
  }

  @Test
  void goldenPoolFollowsTheClassesOfToday() throws IOException {
    try (InputStream from =
        new GZIPInputStream(GoldenPoolTest.class.getResourceAsStream(RESOURCE))) {
      Files.copy(from, pools.file("golden"));
    }
    SourceLoader loader = after();
    Pool pool =
        pools.open(pools.builder("golden").classLoader(loader).classes(loader.type("Bureau")));
    DynamicObject office = pool.root("office", DynamicObject.class).orElseThrow();
    assertThat(office.getClass()).isSameAs(loader.type("Bureau"));
    assertThat((int[]) office.get("rooms")).containsExactly(1, 2, 3);
    DynamicObject ada = (DynamicObject) office.get("head");
    assertThat(ada.get("name")).hasToString("Name[last=Lovelace, first=Ada, title=null]");
    assertThat(ada.get("amount")).isEqualTo(500L);
    assertThat(ada.get("grade")).hasToString("HIGH");
    assertThat(ada.get("since")).isEqualTo(0L);
    DynamicObject bob = (DynamicObject) ada.get("friend");
    assertThat(bob.get("friend")).isSameAs(ada);
    assertThat(bob.get("amount")).isEqualTo(-1L);
    assertThat((Object[]) office.get("mixed"))
        .containsExactly(bob, LocalDate.EPOCH, new BigDecimal("9.90"), "a text of some length");
    assertThat(pool.stats().migratedObjects()).isEqualTo(2);
  }
}

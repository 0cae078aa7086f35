package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.SchemaException;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.SourceLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Each change of a class that objects can follow, and some that they cannot, over a pool that an
 * earlier build wrote with the classes as they were. It is kept as a file; {@link GoldenPoolTest}
 * makes it anew.
 */
class GoldenShapesTest {
  static final String FILE = "shapes-1.pool.gz";

  /** A root is named after the class of its object, as that was. */
  private static final List<String> ROOTS =
      List.of(
          "Added",
          "Removed",
          "Reordered",
          "Widened",
          "FieldRenamed",
          "OldName",
          "PulledUp",
          "Retyped",
          "Valued",
          "Missing",
          "Refused");

  private static final SourceLoader AFTER =
      SourceLoader.of(
          "public enum Color { BLACK, BLUE, RED }",
          "public record Point(long y, int x, String label) {}",
          "@Persistent class Added { String more; int a; double size; Added next; }",
          "@Persistent class Removed { int a; }",
          "@Persistent class Reordered { Object c; long b; byte a; }",
          "@Persistent class Widened { int b; int c; float s; long i; double l; double f; double d;"
              + " }",
          "@Persistent class FieldRenamed { @RenamedFrom(\"was\") String is; long other; }",
          "@RenamedFrom(\"shapes.OldName\") @Persistent class NewName { int x; NewName self; }",
          "@Persistent class Base { String name; long since; }",
          "@Persistent class PulledUp extends Base { int a; }",
          "@Persistent class Retyped { Object s; CharSequence c; Number i; }",
          "@Persistent class Valued { Object point; Color color; Color[] colors; }",
          "@Persistent class Refused { int narrow; Integer other; boolean fine; }");

  @RegisterExtension final Pools pools = new Pools();

  /** Fills a pool whose loader is {@link #before}. */
  static void store(Pool pool, SourceLoader before) {
    DynamicObject added = before.make("Added").set("a", 1);
    Object red = before.constant("Color", "RED");
    Object point = before.record("Point", 3, 4);
    store(pool, added);
    store(
        pool, before.make("Removed").set("a", 2).set("gone", "a text that goes").set("too", added));
    store(pool, before.make("Reordered").set("a", (byte) -3).set("b", 1L << 40).set("c", added));
    store(
        pool,
        before
            .make("Widened")
            .set("b", (byte) -1)
            .set("c", '\uFFFF')
            .set("s", (short) -2)
            .set("i", -3)
            .set("l", Long.MIN_VALUE)
            .set("f", 0.1f)
            .set("d", Integer.MIN_VALUE));
    store(pool, before.make("FieldRenamed").set("was", "a text of some length"));
    DynamicObject old = before.make("OldName").set("x", 6);
    store(pool, old.set("self", old));
    store(pool, before.make("PulledUp").set("a", 7).set("name", "a long enough name"));
    store(pool, before.make("Retyped").set("s", "s").set("c", "c").set("i", 8));
    store(
        pool,
        before
            .make("Valued")
            .set("color", red)
            .set("point", point)
            .set("colors", arrayOf(before, "RED", "GREEN", "BLUE")));
    store(pool, before.make("Missing").set("n", 10).set("kept", added));
    store(
        pool,
        before.make("Refused").set("narrow", 1L << 33).set("other", "text").set("fine", true));
  }

  private static void store(Pool pool, DynamicObject object) {
    pool.putRoot(object.getClass().getSimpleName(), object);
  }

  private static Object arrayOf(SourceLoader loader, String... constants) {
    Object array = java.lang.reflect.Array.newInstance(loader.type("Color"), constants.length);
    for (int i = 0; i < constants.length; i++) {
      java.lang.reflect.Array.set(array, i, loader.constant("Color", constants[i]));
    }
    return array;
  }

  static SourceLoader before() {
    return SourceLoader.of(
        "public enum Color { RED, GREEN, BLUE }",
        "public record Point(int x, int y) {}",
        "@Persistent class Added { int a; }",
        "@Persistent class Removed { int a; String gone; Added too; }",
        "@Persistent class Reordered { byte a; long b; Object c; }",
        "@Persistent class Widened { byte b; char c; short s; int i; long l; float f; int d; }",
        "@Persistent class FieldRenamed { String was; }",
        "@Persistent class OldName { int x; OldName self; }",
        "@Persistent class PulledUp { int a; String name; }",
        "@Persistent class Retyped { String s; Comparable<String> c; Integer i; }",
        "@Persistent class Valued { Color color; Point point; Color[] colors; }",
        "@Persistent class Missing { int n; Added kept; }",
        "@Persistent class Refused { long narrow; String other; boolean fine; }");
  }

  /** The golden pool, with the classes of today. */
  private Pool open() throws IOException {
    copyGolden();
    return pools.open(pools.builder("golden").classLoader(AFTER).classes(AFTER.type("NewName")));
  }

  private void copyGolden() throws IOException {
    try (InputStream from =
        new GZIPInputStream(GoldenShapesTest.class.getResourceAsStream("/golden/" + FILE))) {
      Files.copy(from, pools.file("golden"));
    }
  }

  private static DynamicObject root(Pool pool, String name) {
    return pool.root(name, DynamicObject.class).orElseThrow();
  }

  private static List<Object> fields(DynamicObject object, String... names) {
    return Stream.of(names).map(object::get).toList();
  }

  /** The change is in the file from then on. */
  private DynamicObject reopened(Pool pool, String name) {
    pool.close();
    Pool again = pools.open(pools.builder("golden").classLoader(AFTER));
    assertThat(again.stats().migratedObjects()).isZero();
    return root(again, name);
  }

  @Test
  void fieldIsAdded() throws IOException {
    Pool pool = open();
    DynamicObject added = root(pool, "Added");
    assertThat(fields(added, "a", "size")).containsExactly(1, 0.0);
    assertThat(added.get("more")).isNull();
    added.set("more", "a text that is new").set("next", added);
    DynamicObject again = reopened(pool, "Added");
    assertThat(fields(again, "a", "more", "next")).containsExactly(1, "a text that is new", again);
  }

  @Test
  void fieldsAreRemovedWithWhatTheyHeld() throws IOException {
    Pool pool = open();
    long before = pool.stats().objects();
    assertThat(root(pool, "Removed").get("a")).isEqualTo(2);
    for (String name : List.of("Added", "Reordered", "Missing")) {
      pool.removeRoot(name); // the other references to what the removed field referred to
    }
    pool.reclaim();
    assertThat(pool.stats().objects()).isLessThan(before);
    assertThat(reopened(pool, "Removed").get("a")).isEqualTo(2);
  }

  @Test
  void fieldsAreReordered() throws IOException {
    Pool pool = open();
    assertThat(fields(root(pool, "Reordered"), "a", "b", "c"))
        .containsExactly((byte) -3, 1L << 40, root(pool, "Added"));
    assertThat(reopened(pool, "Reordered").get("b")).isEqualTo(1L << 40);
  }

  @Test
  void fieldsAreWidened() throws IOException {
    Pool pool = open();
    Object[] wide = {-1, 0xFFFF, -2f, -3L, -0x1p63, (double) 0.1f, (double) Integer.MIN_VALUE};
    String[] names = {"b", "c", "s", "i", "l", "f", "d"};
    assertThat(fields(root(pool, "Widened"), names)).containsExactly(wide);
    assertThat(fields(reopened(pool, "Widened"), names)).containsExactly(wide);
  }

  @Test
  void fieldIsRenamed() throws IOException {
    Pool pool = open();
    assertThat(root(pool, "FieldRenamed").get("is")).isEqualTo("a text of some length");
    assertThat(reopened(pool, "FieldRenamed").get("is")).isEqualTo("a text of some length");
  }

  @Test
  void classIsRenamed() throws IOException {
    Pool pool = open();
    DynamicObject renamed = root(pool, "OldName");
    assertThat(renamed.getClass()).isSameAs(AFTER.type("NewName"));
    assertThat(fields(renamed, "x", "self")).containsExactly(6, renamed);
    assertThat(reopened(pool, "OldName").get("x")).isEqualTo(6);
  }

  @Test
  void classesAreMovedToAnotherPackage() throws IOException {
    SourceLoader moved =
        SourceLoader.of(
            "package moved; @RenamedFrom(\"shapes.Color\") public enum Color { GREEN, RED, BLUE }",
            "package moved; @RenamedFrom(\"shapes.Point\") public record Point(int y, long x) {}",
            "package moved; @RenamedFrom(\"shapes.OldName\") @Persistent class OldName {"
                + " OldName self; int x; }",
            "package moved; @RenamedFrom(\"shapes.Valued\") @Persistent class Valued {"
                + " Color color; Point point; Color[] colors; int more; }");
    Class<?> oldName = moved.typeNamed("moved.OldName");
    Class<?> valuedType = moved.typeNamed("moved.Valued");
    copyGolden();
    for (int opening = 0; opening < 2; opening++) {
      try (Pool pool =
          pools.open(pools.builder("golden").classLoader(moved).classes(oldName, valuedType))) {
        assertThat(pool.stats().migratedObjects()).isEqualTo(opening == 0 ? 1 : 0);
        DynamicObject renamed = root(pool, "OldName");
        assertThat(renamed.getClass()).isSameAs(oldName);
        assertThat(fields(renamed, "x", "self")).containsExactly(6, renamed);
        DynamicObject valued = root(pool, "Valued");
        assertThat(valued.getClass()).isSameAs(valuedType);
        assertThat(valued.get("point")).hasToString("Point[y=4, x=3]");
        assertThat(valued.get("color"))
            .isSameAs(moved.typeNamed("moved.Color").getEnumConstants()[1]);
        assertThat((Object[]) valued.get("colors"))
            .extracting(Object::toString)
            .containsExactly("RED", "GREEN", "BLUE");
      }
    }
  }

  @Test
  void superclassIsInserted() throws IOException {
    Pool pool = open();
    assertThat(fields(root(pool, "PulledUp"), "a", "name", "since"))
        .containsExactly(7, "a long enough name", 0L);
    assertThat(reopened(pool, "PulledUp").get("name")).isEqualTo("a long enough name");
  }

  @Test
  void typesOfReferencesChange() throws IOException {
    Pool pool = open();
    assertThat(fields(root(pool, "Retyped"), "s", "c", "i")).containsExactly("s", "c", 8);
    assertThat(fields(reopened(pool, "Retyped"), "s", "c", "i")).containsExactly("s", "c", 8);
  }

  @Test
  void enumsAndRecordsChange() throws IOException {
    Pool pool = open();
    DynamicObject valued = root(pool, "Valued");
    assertThat(valued.get("color")).isSameAs(AFTER.constant("Color", "RED"));
    assertThat(valued.get("point")).hasToString("Point[y=4, x=3, label=null]");
    assertThatThrownBy(() -> valued.get("colors"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("GREEN")
        .hasMessageContaining("shapes.Color");
  }

  @Test
  void missingClassIsNamedWhenItIsTouched() throws IOException {
    Pool pool = open();
    assertThat(pool.rootNames()).containsExactlyInAnyOrderElementsOf(ROOTS);
    assertThat(pool.check().findings()).isEmpty();
    assertThatThrownBy(() -> root(pool, "Missing"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("shapes.Missing");
    assertThat(root(pool, "Added").get("a")).isEqualTo(1);
    assertThatThrownBy(() -> reopened(pool, "Missing")).isInstanceOf(SchemaException.class);
  }

  @Test
  void changeThatIsRefusedNamesAllDifferencesAndLosesNothing() throws IOException {
    Pool pool = open();
    assertThatThrownBy(() -> root(pool, "Refused"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("shapes.Refused")
        .hasMessageContaining("narrow was long and is int")
        .hasMessageContaining("other was java.lang.String and is java.lang.Integer")
        .hasMessageNotContaining("fine");
    pool.close();
    Pool again =
        pools.open(
            pools
                .builder("golden")
                .classLoader(
                    SourceLoader.of(
                        "@Persistent class Refused { long narrow; String other; boolean fine; }")));
    assertThat(fields(root(again, "Refused"), "narrow", "other", "fine"))
        .containsExactly(1L << 33, "text", true);
  }
}

package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.SchemaException;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.SourceLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of stored objects when the program's classes have changed. */
class MigrationTest {
  @RegisterExtension final Pools pools = new Pools();

  private PoolBuilder builder(SourceLoader loader) {
    return pools.builder("test").classLoader(loader);
  }

  private static DynamicObject root(Pool pool) {
    return pool.root("root", DynamicObject.class).orElseThrow();
  }

  /** Stores what the class of the first source holds, and opens the pool with the second. */
  private Pool change(SourceLoader before, String type, SourceLoader after, Object... fields) {
    try (Pool pool = pools.open(builder(before))) {
      DynamicObject object = before.make(type);
      for (int i = 0; i < fields.length; i += 2) {
        object.set((String) fields[i], fields[i + 1]);
      }
      pool.putRoot("root", object);
    }
    return pools.open(builder(after));
  }

  @Test
  void fieldsAreAddedRemovedAndReordered() {
    SourceLoader before =
        SourceLoader.of("@Persistent class P { int b; String gone; long a; Object kept; }");
    SourceLoader after =
        SourceLoader.of(
            "@Persistent class P { Object kept; long a; int b; double added; String more; }");
    try (Pool pool =
        change(before, "P", after, "a", 5L, "b", -7, "gone", "a text that goes", "kept", 9)) {
      DynamicObject p = root(pool);
      assertThat(p.get("a")).isEqualTo(5L);
      assertThat(p.get("b")).isEqualTo(-7);
      assertThat(p.get("kept")).isEqualTo(9);
      assertThat(p.get("added")).isEqualTo(0.0);
      assertThat(p.get("more")).isNull();
      p.set("added", 1.5).set("more", "more");
      assertThat(pool.stats().migratedObjects()).isEqualTo(1);
      long objects = pool.stats().objects();
      assertThat(objects).as("root's entry, object, one type record").isEqualTo(3);
    }
    try (Pool pool = pools.open(builder(after))) {
      assertThat(pool.stats().migratedObjects()).isZero();
      assertThat(root(pool).get("added")).isEqualTo(1.5);
    }
  }

  @Test
  void fieldsAreWidened() {
    SourceLoader before =
        SourceLoader.of(
            "@Persistent class P { byte b; char c; short s; int i; long l; float f; int d; }");
    SourceLoader after =
        SourceLoader.of(
            "@Persistent class P { int b; int c; float s; long i; double l; double f; double d; }");
    try (Pool pool =
        change(
            before,
            "P",
            after,
            "b",
            (byte) -1,
            "c",
            '\uFFFF',
            "s",
            (short) -2,
            "i",
            -3,
            "l",
            Long.MIN_VALUE,
            "f",
            0.1f,
            "d",
            Integer.MIN_VALUE)) {
      DynamicObject p = root(pool);
      assertThat(p.get("b")).isEqualTo(-1);
      assertThat(p.get("c")).isEqualTo(0xFFFF);
      assertThat(p.get("s")).isEqualTo(-2f);
      assertThat(p.get("i")).isEqualTo(-3L);
      assertThat(p.get("l")).isEqualTo(-0x1p63);
      assertThat(p.get("f")).isEqualTo((double) 0.1f);
      assertThat(p.get("d")).isEqualTo((double) Integer.MIN_VALUE);
    }
  }

  @Test
  void fieldAndClassAreRenamed() {
    SourceLoader before =
        SourceLoader.of(
            "@Persistent class Holder { Old old; }", "@Persistent class Old { int x; int z; }");
    SourceLoader after =
        SourceLoader.of(
            "@Persistent class Holder { @RenamedFrom(\"old\") New found; }",
            "@RenamedFrom(\"shapes.Old\") @Persistent class New { @RenamedFrom(\"z\") int a; int x;"
                + " }");
    try (Pool pool = pools.open(builder(before))) {
      pool.putRoot("root", before.make("Holder").set("old", before.make("Old").set("z", 5)));
    }
    for (int i = 0; i < 2; i++) {
      try (Pool pool = pools.open(builder(after))) {
        DynamicObject found = (DynamicObject) root(pool).get("found");
        assertThat(found.getClass()).isSameAs(after.type("New"));
        assertThat(found.get("a")).isEqualTo(5);
      }
    }
    SourceLoader later =
        SourceLoader.of(
            "@Persistent class Holder { New found; }", "@Persistent class New { int a; int x; }");
    try (Pool pool = pools.open(builder(later))) {
      assertThat(((DynamicObject) root(pool).get("found")).get("a"))
          .as("the pool has forgotten the old names")
          .isEqualTo(5);
    }
  }

  @Test
  void classThatNothingLeadsToMustBeNamed() {
    SourceLoader before =
        SourceLoader.of(
            "@Persistent class Holder { Object any; }", "@Persistent class Old { int x; }");
    SourceLoader after =
        SourceLoader.of(
            "@Persistent class Holder { Object any; }",
            "@RenamedFrom(\"shapes.Old\") @Persistent class New { int x; long y; }");
    try (Pool pool = pools.open(builder(before))) {
      pool.putRoot("root", before.make("Holder").set("any", before.make("Old").set("x", 5)));
    }
    try (Pool pool = pools.open(builder(after))) {
      assertThat(pool.rootNames()).containsExactly("root");
      assertThatThrownBy(() -> root(pool).get("any"))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("shapes.Old")
          .hasMessageContaining("PoolBuilder.classes");
    }
    try (Pool pool = pools.open(builder(after).classes(after.type("New")))) {
      assertThat(((DynamicObject) root(pool).get("any")).get("x")).isEqualTo(5);
    }
  }

  @Test
  void superclassIsInsertedAndFieldsArePulledUp() {
    SourceLoader before = SourceLoader.of("@Persistent class P { int a; int b; String name; }");
    SourceLoader after =
        SourceLoader.of(
            "@Persistent class Base { String name; long added; }",
            "@Persistent class P extends Base { int a; int b; }");
    try (Pool pool = change(before, "P", after, "a", 1, "b", 2, "name", "a long name of it")) {
      DynamicObject p = root(pool);
      assertThat(List.of(p.get("a"), p.get("b"), p.get("name"), p.get("added")))
          .containsExactly(1, 2, "a long name of it", 0L);
    }
  }

  @Test
  void typesOfReferencesMayBecomeWiderOrOtherInterfaces() {
    SourceLoader before =
        SourceLoader.of("@Persistent class P { String s; Comparable<String> c; Integer i; }");
    SourceLoader after =
        SourceLoader.of("@Persistent class P { Object s; CharSequence c; Number i; }");
    try (Pool pool = change(before, "P", after, "s", "s", "c", "c", "i", 5)) {
      assertThat(root(pool).get("s")).isEqualTo("s");
      assertThat(root(pool).get("c")).isEqualTo("c");
      assertThat(root(pool).get("i")).isEqualTo(5);
      assertThat(pool.stats().migratedObjects()).as("only the type's record").isZero();
    }
  }

  @Test
  void everyImpossibleDifferenceIsNamed() {
    SourceLoader before =
        SourceLoader.of("@Persistent class P { long l; String s; int i; int fine; }");
    SourceLoader after =
        SourceLoader.of("@Persistent class P { int l; Integer s; boolean i; long fine; }");
    try (Pool pool = change(before, "P", after, "l", 5L)) {
      assertThatThrownBy(() -> root(pool))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("shapes.P")
          .hasMessageContaining("l was long and is int")
          .hasMessageContaining("s was java.lang.String and is java.lang.Integer")
          .hasMessageContaining("i was int and is boolean")
          .hasMessageNotContaining("fine");
      assertThatThrownBy(() -> pool.putRoot("other", after.make("P")))
          .isInstanceOf(SchemaException.class);
      assertThat(pool.rootNames()).containsExactly("root");
    }
    try (Pool pool = pools.open(builder(before))) {
      assertThat(root(pool).get("l")).as("nothing was lost").isEqualTo(5L);
    }
  }

  @Test
  void missingClassIsNamedWhenItIsTouched() {
    SourceLoader before = SourceLoader.of("@Persistent class P { int a; }");
    SourceLoader without = SourceLoader.of("@Persistent class Q { int a; }");
    try (Pool pool = change(before, "P", without, "a", 1)) {
      assertThat(pool.rootNames()).containsExactly("root");
      assertThat(pool.stats().objects()).isPositive();
      assertThatThrownBy(() -> root(pool))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("shapes.P")
          .hasMessageContaining("@RenamedFrom");
      pool.removeRoot("root");
      pool.reclaim();
    }
  }

  @Test
  void readOnlyPoolIsNotMigrated() {
    SourceLoader before = SourceLoader.of("@Persistent class P { int a; }");
    SourceLoader after = SourceLoader.of("@Persistent class P { int a; long b; }");
    change(before, "P", before, "a", 1).close();
    try (Pool pool = pools.open(builder(after).mode(OpenMode.READ_ONLY))) {
      assertThatThrownBy(() -> root(pool))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("opened for writing");
    }
    assertThat(root(pools.open(builder(after))).get("a")).isEqualTo(1);
  }

  /** Objects that grow and shrink move; every reference and every count follows. */
  @Test
  void manyMovedObjectsKeepTheirReferences() {
    String small = "@Persistent class Node { int n; Node next; Node other; Object text; }";
    String big =
        "@Persistent class Node { Object text; Node other; int n; Node next; long x; long y; long"
            + " z; }";
    SourceLoader smallLoader = SourceLoader.of(small);
    SourceLoader bigLoader = SourceLoader.of(big);
    int count = 3000;
    try (Pool pool = pools.open(builder(smallLoader).durability(Durability.ASYNC))) {
      List<DynamicObject> nodes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        DynamicObject node = smallLoader.make("Node").set("n", i).set("text", "text number " + i);
        node.set("next", i == 0 ? null : nodes.get(i - 1))
            .set("other", nodes.isEmpty() ? node : nodes.get(i * 7 % i));
        nodes.add(node);
      }
      pool.putRoot("root", nodes.getLast());
      pool.putRoot("array", new Object[] {nodes.get(5), new Object[] {nodes.get(6)}});
    }
    long objects = 0;
    for (SourceLoader loader : List.of(bigLoader, smallLoader, bigLoader)) {
      try (Pool pool = pools.open(builder(loader).durability(Durability.ASYNC))) {
        assertThat(pool.stats().migratedObjects()).isEqualTo(count);
        DynamicObject node = root(pool);
        for (int i = count - 1; i >= 0; i--) {
          assertThat(node.get("n")).isEqualTo(i);
          assertThat(node.get("text")).isEqualTo("text number " + i);
          if (i > 0) {
            assertThat(((DynamicObject) node.get("other")).get("n")).isEqualTo(i * 7 % i);
          }
          node = (DynamicObject) node.get("next");
        }
        Object[] array = pool.root("array", Object[].class).orElseThrow();
        assertThat(((DynamicObject) array[0]).get("n")).isEqualTo(5);
        assertThat(pool.stats().limboObjects()).isZero();
        if (objects != 0) {
          assertThat(pool.stats().objects()).as("no forward is left").isEqualTo(objects);
        }
        objects = pool.stats().objects();
      }
      verifyFile();
    }
  }

  private void verifyFile() {
    PoolVerifier.verify(pools.file("test"));
  }

  @Test
  void unchangedClassesCostNothing() {
    Pool first = pools.open();
    first.putRoot("item", new Item(5));
    Pool pool = pools.reopen(first);
    assertThat(pool.stats().migratedObjects()).isZero();
    assertThat(pool.stats().commits()).isZero();
  }
}

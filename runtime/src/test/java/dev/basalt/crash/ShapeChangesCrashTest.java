package dev.basalt.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.MediumPools;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.SourceLoader;
import dev.basalt.medium.FileMedium;
import dev.basalt.recovery.PoolCreator;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each change of shape that objects follow, with the power cut at every point of it; cut again in
 * the migration that resumes; and followed by another change before the first one was complete.
 */
@Tag("exhaustive")
class ShapeChangesCrashTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int OBJECTS = STRESS ? 200 : 12;
  private static final int SUBSETS = STRESS ? 5 : 1;

  private static final SourceLoader BEFORE =
      SourceLoader.of(
          "@Persistent class P { int a; float f; Comparable<String> t; P next; Object gone; }");

  /**
   * A change.
   *
   * @param name what it does
   * @param loader the classes afterwards
   * @param type the class's name afterwards
   * @param number the name of the first field afterwards
   */
  private record Change(String name, SourceLoader loader, String type, String number) {
    static Change of(String name, String... sources) {
      return new Change(name, SourceLoader.of(sources), "P", "a");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final Change ADDED =
      Change.of(
          "fields added",
          "@Persistent class P { int a; float f; Comparable<String> t; P next; Object gone;"
              + " long x; long y; String z; }");

  private static final Change REMOVED =
      Change.of(
          "field removed", "@Persistent class P { int a; float f; Comparable<String> t; P next; }");

  private static final Change WIDENED =
      Change.of(
          "fields widened",
          "@Persistent class P { long a; double f; Comparable<String> t; P next; Object gone; }");

  static List<Change> changes() {
    String rest = "float f; Comparable<String> t; Object gone;";
    return List.of(
        ADDED,
        REMOVED,
        WIDENED,
        Change.of(
            "fields reordered",
            "@Persistent class P { P next; Object gone; Comparable<String> t; float f; int a; }"),
        new Change(
            "field renamed",
            SourceLoader.of(
                "@Persistent class P { @RenamedFrom(\"a\") int b; P next; " + rest + "}"),
            "P",
            "b"),
        new Change(
            "class renamed",
            SourceLoader.of(
                "@RenamedFrom(\"shapes.P\") @Persistent class N { int a; N next; " + rest + "}"),
            "N",
            "a"),
        Change.of(
            "superclass inserted",
            "@Persistent class Base { int a; Comparable<String> t; long added; }",
            "@Persistent class P extends Base { float f; P next; Object gone; }"),
        Change.of(
            "interface changed",
            "@Persistent class P { int a; float f; CharSequence t; P next; Object gone; }"));
  }

  private Path folder;
  private Path file;

  @BeforeEach
  void makeFolder() throws Exception {
    folder = CrashFolder.create();
    file = folder.resolve("crashed.pool");
  }

  @AfterEach
  void deleteFolder() throws Exception {
    CrashFolder.delete(folder);
  }

  private PoolBuilder builder(SourceLoader loader) {
    return Pool.builder(file).maxSize(64L << 20).classLoader(loader);
  }

  private PoolBuilder builder(Change change) {
    return builder(change.loader).classes(change.loader.type(change.type));
  }

  /** A pool of the first shape, closed. */
  private DiskImage before() throws Exception {
    try (FileMedium medium = FileMedium.createUnpublished(file)) {
      PoolCreator.create(medium, 64 << 10);
      medium.publish();
    }
    try (Pool pool = builder(BEFORE).open()) {
      pool.update(
          () -> {
            DynamicObject next = null;
            for (int i = 0; i < OBJECTS; i++) {
              DynamicObject made = BEFORE.make("P").set("a", -i).set("f", i / 4f);
              made.set("t", "text number " + i).set("gone", "this may go away " + i);
              next = made.set("next", next);
            }
            pool.putRoot("root", next);
          });
    }
    return DiskImage.of(file);
  }

  /** Opens an image with the classes of a change, and records what is written. */
  private List<Recording.Event> follow(DiskImage image, Change change) throws Exception {
    image.writeTo(file);
    Recording recording = new Recording();
    CrashingMedium medium = new CrashingMedium(FileMedium.open(file, false), recording);
    try (Pool pool = MediumPools.open(builder(change), medium)) {
      check(pool, change);
    }
    return recording.events();
  }

  private static void check(Pool pool, Change change) {
    DynamicObject object = pool.root("root", DynamicObject.class).orElseThrow();
    for (int i = OBJECTS - 1; i >= 0; i--) {
      assertThat(object.getClass()).isSameAs(change.loader.type(change.type));
      assertThat(((Number) object.get(change.number)).longValue()).isEqualTo(-i);
      assertThat(((Number) object.get("f")).doubleValue()).isEqualTo(i / 4.0);
      assertThat(object.get("t")).isEqualTo("text number " + i);
      object = (DynamicObject) object.get("next");
    }
    assertThat(object).isNull();
  }

  /** What was written after a crash: it must open with the change's classes, complete. */
  private void checkAfterCrash(DiskImage image, Change change, long objects, String where)
      throws Exception {
    image.writeTo(file);
    try (Pool pool = builder(change).open()) {
      check(pool, change);
      pool.reclaim();
      assertThat(pool.stats().objects()).as("nothing is left over").isEqualTo(objects);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(change + ", crash at " + where + ": " + e, e);
    }
    PoolVerifier.verify(file);
  }

  /** How many objects there are once a change is complete. */
  private long objectsAfter(DiskImage start, Change change) throws Exception {
    follow(start, change);
    try (Pool pool = builder(change).open()) {
      pool.reclaim();
      return pool.stats().objects();
    }
  }

  @ParameterizedTest
  @MethodSource("changes")
  void changeSurvivesACrashAtEveryPoint(Change change) throws Exception {
    DiskImage start = before();
    long objects = objectsAfter(start, change);
    long states =
        new CrashStates(start, SUBSETS, 1)
            .forEach(
                follow(start, change),
                (image, _, _, where) -> checkAfterCrash(image, change, objects, where));
    assertThat(states).isGreaterThanOrEqualTo(4);
  }

  @Test
  void removedFieldsLetGoOfWhatTheyHeld() throws Exception {
    DiskImage start = before();
    assertThat(objectsAfter(start, REMOVED)).isEqualTo(objectsAfter(start, WIDENED) - OBJECTS);
  }

  /** The migration that resumes after a crash is cut as well, at every point. */
  @Test
  void resumedMigrationSurvivesACrashAtEveryPoint() throws Exception {
    DiskImage start = before();
    long objects = objectsAfter(start, ADDED);
    int[] count = {0, 0};
    new CrashStates(start, SUBSETS, 2)
        .forEach(
            follow(start, ADDED),
            (image, _, _, where) -> {
              if (!STRESS && count[0]++ % 5 != 0) {
                return;
              }
              DiskImage first = image.copy();
              count[1] +=
                  (int)
                      new CrashStates(first, 0, 3)
                          .forEach(
                              follow(first, ADDED),
                              (again, _, _, then) ->
                                  checkAfterCrash(again, ADDED, objects, where + ", " + then));
            });
    assertThat(count[1]).isGreaterThan(20);
  }

  /**
   * The first change has moved some objects when the power goes, and the program that starts next
   * has changed once more: objects of two old shapes follow, and forwards lead to forwards.
   */
  @Test
  void anotherChangeCompletesWhatTheFirstHasBegun() throws Exception {
    DiskImage start = before();
    Change larger =
        Change.of(
            "fields added twice",
            "@Persistent class P { int a; float f; Comparable<String> t; P next; Object gone;"
                + " long x; long y; String z; long x1; long x2; long x3; long x4; long x5; long"
                + " x6; long x7; long x8; }");
    for (Change second : List.of(larger, REMOVED)) {
      long objects = objectsAfter(start, second);
      new CrashStates(start, SUBSETS, 4)
          .forEach(
              follow(start, ADDED),
              (image, _, _, where) -> checkAfterCrash(image, second, objects, where));
    }
  }
}

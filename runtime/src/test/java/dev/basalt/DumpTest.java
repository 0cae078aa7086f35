package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.PoolClosedException;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.SourceLoader;
import dev.basalt.fixture.WeakItem;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The text of a pool says what is in it, by the pool alone. */
class DumpTest {
  @RegisterExtension final Pools pools = new Pools();

  private static String dump(Pool pool) throws IOException {
    StringBuilder text = new StringBuilder();
    assertThat(pool.dump(text)).isZero();
    return text.toString();
  }

  /** A golden pool, open for reading with none of its classes. */
  private Pool golden(String name) throws IOException {
    Path file = pools.file("golden");
    try (InputStream from =
        new GZIPInputStream(DumpTest.class.getResourceAsStream("/golden/" + name))) {
      Files.copy(from, file);
    }
    return pools.track(
        Pool.builder(file)
            .mode(OpenMode.READ_ONLY)
            .classLoader(ClassLoader.getPlatformClassLoader())
            .open());
  }

  /** Places differ from file to file. */
  private static String withoutPlaces(String text) {
    return text.replaceAll("@\\d+", "@").replaceAll("pool .*", "pool");
  }

  @Test
  void poolWhoseClassesAreMissingIsDumped() throws IOException {
    assertThat(withoutPlaces(dump(golden("people-1.pool.gz"))))
        .isEqualTo(
            """
            pool
            root "office" = @ shapes.Office

            @ shapes.Office
              head: shapes.Person = @ shapes.Person
              mixed: java.lang.Object[] = java.lang.Object[4] {@ shapes.Person, LocalDate \
            1970-01-01, BigDecimal 9.90, "a text of some length"}
              rooms: int[] = int[3] {1, 2, 3}

            @ shapes.Person
              friend: shapes.Person = @ shapes.Person
              gone: java.lang.String = "a field that will be gone"
              grade: shapes.Grade = shapes.Grade.HIGH
              name: shapes.Name = shapes.Name[first="Ada", last="Lovelace"]
              cents: int = 500

            @ shapes.Person
              friend: shapes.Person = @ shapes.Person
              gone: java.lang.String = "a field that will be gone"
              grade: shapes.Grade = shapes.Grade.LOW
              name: shapes.Name = shapes.Name[first="Bob", last="Lovelace"]
              cents: int = -1

            roots: 1, objects: 3, damaged places: 0
            """);
  }

  @Test
  void everyRootOfThePoolOfShapesIsThereWithItsFields() throws IOException {
    String text = dump(golden("shapes-1.pool.gz"));
    assertThat(withoutPlaces(text))
        .contains("root \"Missing\" = @ shapes.Missing\n")
        .contains("\n@ shapes.Missing\n  kept: shapes.Added = @ shapes.Added\n  n: int = 10\n")
        .contains("\n  c: char = '\\uffff'\n", "\n  f: float = 0.1\n", "  s: short = -2\n")
        .contains("shapes.Color[3] {shapes.Color.RED, shapes.Color.GREEN, shapes.Color.BLUE}")
        .endsWith("\nroots: 11, objects: 11, damaged places: 0\n");
  }

  /** The place beside a reference is where the object's own entry is. */
  @Test
  void referencesLeadToEntries() throws IOException {
    Pool pool = pools.open();
    Item first = new Item(1);
    first.next(new Item(2));
    first.next().next(first);
    pool.putRoot("ring", first);
    String text = dump(pool);
    String place = text.replaceAll("(?s).*root \"ring\" = (@\\d+) .*", "$1");
    String name = Item.class.getName();
    assertThat(text)
        .contains("\n" + place + " " + name + "\n")
        .contains("next: " + name + " = " + place + " " + name + "\n");
    assertThat(text).contains("\nroots: 1, objects: 2, damaged places: 0\n");
  }

  private String valueOf(Object value) throws IOException {
    Pool pool = pools.open("value");
    pool.putRoot("value", value);
    String text = dump(pool);
    pool.close();
    Files.delete(pool.path());
    pools.doNotVerify(pool.path());
    return text.replaceAll("(?s).*root \"value\" = (.*)\n\nroots: .*", "$1");
  }

  record Nested(Object[] content, char c, Optional<Nested> inner) {}

  @Test
  void valuesAreReadable() throws IOException {
    assertThat(valueOf("short")).isEqualTo("\"short\"");
    assertThat(valueOf(42)).isEqualTo("42");
    assertThat(valueOf(42L)).isEqualTo("42L");
    assertThat(valueOf(Long.MIN_VALUE)).isEqualTo("-9223372036854775808L");
    assertThat(valueOf((byte) -1)).isEqualTo("(byte) -1");
    assertThat(valueOf((short) 7)).isEqualTo("(short) 7");
    assertThat(valueOf('\'')).isEqualTo("'\\''");
    assertThat(valueOf(0.5)).isEqualTo("0.5");
    assertThat(valueOf(0.5f)).isEqualTo("0.5f");
    assertThat(valueOf(true)).isEqualTo("true");
    assertThat(valueOf(new UUID(1, 2))).isEqualTo("UUID 00000000-0000-0001-0000-000000000002");
    assertThat(valueOf(BigInteger.TWO.pow(100)))
        .isEqualTo("BigInteger 1267650600228229401496703205376");
    assertThat(valueOf(new BigDecimal("-1.50"))).isEqualTo("BigDecimal -1.50");
    assertThat(valueOf(LocalDate.of(2026, 2, 28))).isEqualTo("LocalDate 2026-02-28");
    assertThat(valueOf(LocalTime.NOON.atOffset(ZoneOffset.UTC))).isEqualTo("OffsetTime 12:00Z");
    assertThat(valueOf(ZoneOffset.ofHours(1))).isEqualTo("ZoneOffset +01:00");
    assertThat(valueOf(ZoneId.of("Europe/Berlin"))).isEqualTo("ZoneId Europe/Berlin");
    assertThat(valueOf(Duration.ofSeconds(90))).isEqualTo("Duration PT1M30S");
    assertThat(valueOf(Optional.empty())).isEqualTo("Optional Optional.empty");
    assertThat(valueOf(Optional.of("x"))).isEqualTo("Optional[\"x\"]");
    assertThat(valueOf(OptionalInt.of(3))).isEqualTo("OptionalInt[3]");
    assertThat(valueOf(Thread.State.RUNNABLE)).isEqualTo("java.lang.Thread$State.RUNNABLE");
  }

  @Test
  void arraysAndRecordsAreReadable() throws IOException {
    assertThat(valueOf(new boolean[] {true, false})).isEqualTo("boolean[2] {true, false}");
    assertThat(valueOf(new byte[] {-1})).isEqualTo("byte[1] {-1}");
    assertThat(valueOf(new char[] {'a', '\n'})).isEqualTo("char[2] {'a', '\\n'}");
    assertThat(valueOf(new long[] {1L << 40})).isEqualTo("long[1] {1099511627776}");
    assertThat(valueOf(new double[0])).isEqualTo("double[0] {}");
    assertThat(valueOf(new int[][] {{1}, null, {}}))
        .isEqualTo("int[3][] {int[1] {1}, null, int[0] {}}");
    assertThat(valueOf(new int[18])).isEqualTo("int[18] {" + "0, ".repeat(15) + "0,\n      0, 0}");
    String name = Nested.class.getName();
    assertThat(
            valueOf(
                new Nested(
                    new Object[] {"a", 1L},
                    'x',
                    Optional.of(new Nested(null, 'y', Optional.empty())))))
        .isEqualTo(
            name
                + "[content=java.lang.Object[2] {\"a\", 1L}, inner=Optional["
                + name
                + "[content=null, inner=Optional Optional.empty, c='y']], c='x']");
  }

  /** What a string holds cannot break a line, or pass for something else. */
  @Test
  void stringsStayOnTheirLine() throws IOException {
    assertThat(valueOf("a\"b\\c\nd\re\tf\0g\u2028h\u200e"))
        .isEqualTo("\"a\\\"b\\\\c\\nd\\re\\tf\\u0000g\\u2028h\\u200e\"");
    assertThat(valueOf("gr\u00fc\u00df \u4f60\u597d \ud83d\ude00 \ud83d"))
        .isEqualTo("\"gr\u00fc\u00df \u4f60\u597d \ud83d\ude00 \\ud83d\"");
    String longOne = "0123456789".repeat(20_000);
    assertThat(valueOf(longOne)).isEqualTo("\"" + longOne + "\"");
  }

  @Test
  void codedValueIsShownWithItsCodec() throws IOException {
    Codec<StringBuilder> codec =
        new Codec<>() {
          @Override
          public Class<StringBuilder> type() {
            return StringBuilder.class;
          }

          @Override
          public byte[] encode(StringBuilder value) {
            return value.toString().getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public StringBuilder decode(byte[] bytes, int version) {
            return new StringBuilder(new String(bytes, StandardCharsets.UTF_8));
          }
        };
    try (Pool pool = pools.open(pools.builder("coded").codec(StringBuilder.class, codec))) {
      pool.putRoot("coded", new StringBuilder("AZ"));
      pool.putRoot("other", new StringBuilder());
    }
    Pool without = pools.open("coded");
    assertThat(dump(without))
        .contains(
            "root \"coded\" = java.lang.StringBuilder (codec 'java.lang.StringBuilder', version 1)"
                + " 415a\n")
        .contains(
            "root \"other\" = java.lang.StringBuilder (codec 'java.lang.StringBuilder', version 1)"
                + " \n");
  }

  @Test
  void weakReferencesLeadToTheirTargetsOrNowhere() throws IOException {
    Pool pool = pools.open();
    Item kept = new Item(7);
    WeakItem one = new WeakItem(1);
    WeakItem two = new WeakItem(2);
    pool.putRoot("kept", kept);
    pool.update(
        () -> {
          one.weak(kept);
          two.weak(new Item(8));
          pool.putRoot("one", one);
          pool.putRoot("two", two);
        });
    Pool again = pools.reopen(pool); // without handles
    again.reclaim();
    String text = dump(again);
    String place = text.replaceAll("(?s).*root \"kept\" = (@\\d+) .*", "$1");
    assertThat(text)
        .contains("  weak: java.lang.Object (weak) = " + place + "\n")
        .contains("  weak: java.lang.Object (weak) = null\n")
        .contains("\nroots: 3, objects: 3, damaged places: 0\n");
  }

  @Test
  void emptyPoolIsDumped() throws IOException {
    Pool pool = pools.open();
    assertThat(dump(pool))
        .isEqualTo("pool " + pool.path() + "\n\nroots: 0, objects: 0, damaged places: 0\n");
  }

  /** Whoever takes the text changes and reclaims what is still to be written. */
  @Test
  void textShowsOneStateHoweverThePoolChanges() throws IOException {
    Pool pool = pools.open(pools.builder("test").reclaimInBackground(false));
    pool.update(
        () -> {
          Item first = new Item(1000);
          pool.putRoot("list", first);
          for (int i = 1; i < 50; i++) {
            Item item = new Item(1000 + i);
            item.name("the long name of item " + i);
            item.value(new int[] {i, i, i});
            item.next(first.next());
            first.next(item);
          }
        });
    String before = dump(pool);
    StringBuilder text = new StringBuilder();
    class Changes extends Writer {
      private int writes;

      @Override
      public void write(char[] chars, int from, int length) {
        text.append(chars, from, length);
        if (++writes % 20 == 0) {
          change(pool, writes);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    }
    try (Writer changes = new Changes()) {
      assertThat(pool.dump(changes)).isZero();
    }
    assertThat(text).hasToString(before);
    assertThat(dump(pool)).isNotEqualTo(before);
  }

  private static void change(Pool pool, int number) {
    pool.update(
        () -> {
          Item first = pool.root("list", Item.class).orElseThrow();
          for (Item item = first; item != null; item = item.next()) {
            item.number(number);
            item.name("another name " + number);
            item.value(new int[] {number});
          }
          if (first.next() != null) {
            first.next(first.next().next());
          }
          first.other(new Item(number));
        });
    pool.reclaim();
  }

  @Test
  void callerInsideAnUpdateGetsTheLatestCommit() throws IOException {
    Pool pool = pools.open();
    pool.putRoot("kept", 1);
    pool.update(
        () -> {
          pool.putRoot("new", 2);
          assertThat(dump(pool)).contains("root \"kept\" = 1\n").doesNotContain("new");
        });
    assertThat(dump(pool)).contains("root \"new\" = 2\n");
  }

  @Test
  void failureOfTheReceiverReachesTheCaller() throws IOException {
    Pool pool = pools.open();
    pool.putRoot("item", new Item(1));
    IOException full = new IOException("no room");
    for (int allowed = 0; allowed < 40; allowed++) {
      int[] left = {allowed};
      Writer failing =
          new Writer() {
            @Override
            public void write(char[] chars, int from, int length) throws IOException {
              if (left[0]-- == 0) {
                throw full;
              }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          };
      assertThatThrownBy(() -> pool.dump(failing)).isSameAs(full);
    }
    pool.close(); // it would wait for a snapshot
    assertThatThrownBy(() -> pool.dump(new StringBuilder()))
        .isInstanceOf(PoolClosedException.class);
  }

  @Test
  void classOfAnotherLoaderIsNotLoaded() throws IOException {
    SourceLoader loader =
        SourceLoader.of(
            "@Persistent class Loud { int x; static { System.setProperty(\"loud\", \"yes\"); } }");
    Path file;
    try (Pool pool = pools.open(pools.builder("loud").classLoader(loader))) {
      DynamicObject loud = loader.make("Loud").set("x", 5);
      pool.putRoot("loud", loud);
      file = pool.path();
    }
    System.clearProperty("loud");
    SourceLoader fresh =
        SourceLoader.of(
            "@Persistent class Loud { int x; static { System.setProperty(\"loud\", \"yes\"); } }");
    try (Pool pool = Pool.builder(file).mode(OpenMode.READ_ONLY).classLoader(fresh).open()) {
      assertThat(dump(pool)).contains("@").contains("  x: int = 5\n");
    }
    assertThat(System.getProperty("loud")).isNull();
  }
}

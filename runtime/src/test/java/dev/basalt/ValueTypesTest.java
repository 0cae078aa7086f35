package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.SchemaException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.SourceLoader;
import dev.basalt.object.StableHash;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Values of every type that a field can have come back equal, and are counted and released. */
class ValueTypesTest {
  @RegisterExtension final Pools pools = new Pools();

  private void comeBack(Object... values) {
    Pool first = pools.open();
    Item[] items = new Item[values.length];
    first.update(
        () -> {
          for (int i = 0; i < values.length; i++) {
            items[i] = new Item(i);
            items[i].value(values[i]);
            first.putRoot("value " + i, items[i]);
            assertThat(items[i].value()).isEqualTo(values[i]);
          }
        });
    Pool pool = pools.reopen(first);
    for (int i = 0; i < values.length; i++) {
      Item item = pool.root("value " + i, Item.class).orElseThrow();
      assertThat(item.value()).isEqualTo(values[i]);
      item.value(null);
    }
    pool.reclaim();
    long roots = 3L * values.length; // entry, item, and a name that does not fit into a slot
    assertThat(pool.stats().objects()).as("nothing is left of the values").isBetween(0L, roots + 8);
  }

  @Test
  void numbersAndIdentifiersComeBack() {
    comeBack(
        new UUID(0, 0),
        UUID.randomUUID(),
        new UUID(-1, Long.MIN_VALUE),
        BigInteger.ZERO,
        BigInteger.TWO.pow(5000).negate(),
        new BigDecimal("0.00"),
        new BigDecimal("-12345678901234567890.123456789E-400"),
        new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE));
  }

  @Test
  void datesAndTimesComeBack() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    LocalDateTime overlap = LocalDateTime.of(2025, 10, 26, 2, 30);
    comeBack(
        Instant.MIN,
        Instant.MAX,
        Instant.EPOCH.minusNanos(1),
        Duration.ofSeconds(Long.MIN_VALUE),
        Duration.ofSeconds(-1, 1),
        Period.of(Integer.MIN_VALUE, -1, Integer.MAX_VALUE),
        LocalDate.MIN,
        LocalDate.MAX,
        LocalDate.EPOCH.minusDays(1),
        LocalTime.MIN,
        LocalTime.MAX,
        LocalDateTime.MIN,
        LocalDateTime.MAX,
        OffsetDateTime.MIN,
        OffsetDateTime.MAX,
        OffsetTime.MIN,
        OffsetTime.MAX,
        ZonedDateTime.ofLocal(overlap, berlin, ZoneOffset.ofHours(1)),
        ZonedDateTime.ofLocal(overlap, berlin, ZoneOffset.ofHours(2)),
        ZonedDateTime.of(overlap, ZoneOffset.MIN),
        Year.of(Year.MIN_VALUE),
        Year.of(Year.MAX_VALUE),
        YearMonth.of(-1, 1),
        YearMonth.of(Year.MAX_VALUE, 12),
        MonthDay.of(2, 29),
        berlin,
        ZoneId.of("UTC+01:30"),
        ZoneOffset.MIN,
        ZoneOffset.MAX);
  }

  record Point(int x, double y) {}

  record Everything(
      boolean flag,
      byte small,
      char letter,
      short rank,
      int amount,
      long number,
      float ratio,
      double exact,
      String name,
      Point point,
      DayOfWeek day,
      List<String> none) {}

  record Empty() {}

  @Test
  void optionalsEnumsAndRecordsComeBack() {
    comeBack(
        Optional.empty(),
        Optional.of("a text that needs an object"),
        Optional.of(Optional.of(5)),
        OptionalInt.empty(),
        OptionalInt.of(-1),
        OptionalLong.of(Long.MIN_VALUE),
        OptionalLong.empty(),
        OptionalDouble.of(Double.NaN),
        OptionalDouble.empty(),
        DayOfWeek.SUNDAY,
        TimeUnit.NANOSECONDS,
        new Empty(),
        new Point(-1, -0.0),
        new Everything(
            true,
            (byte) -1,
            '\uFFFF',
            Short.MIN_VALUE,
            -5,
            Long.MIN_VALUE,
            Float.NaN,
            Double.MIN_VALUE,
            "\uD800 a long text with a lonely surrogate",
            new Point(1, 2),
            DayOfWeek.MONDAY,
            null));
  }

  record Link(Item item, Link next) {}

  @Test
  void recordKeepsWhatItRefersToAlive() {
    Pool first = pools.open();
    Item holder = first.root("holder", Item.class, () -> new Item(0));
    holder.value(new Link(new Item(1), new Link(new Item(2), null)));
    Pool pool = pools.reopen(first);
    holder = pool.root("holder", Item.class).orElseThrow();
    Link link = (Link) holder.value();
    assertThat(link.item().number()).isEqualTo(1);
    assertThat(link.next().item().number()).isEqualTo(2);
    assertThat(((Link) holder.value()).item()).isSameAs(link.item());
  }

  @Test
  void valueThatContainsItselfIsRefused() {
    Pool pool = pools.open();
    Item holder = pool.root("holder", Item.class, () -> new Item(0));
    Object[] self = new Object[1];
    self[0] = self;
    assertThatThrownBy(() -> holder.value(self))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("contains itself")
        .hasMessageContaining("Item.value");
    assertThat(holder.value()).isNull();
    pool.reclaim();
  }

  @Test
  void refusalNamesThePlaceAndTheType() {
    Pool pool = pools.open();
    Pool other = pools.open("other");
    Item holder = pool.root("holder", Item.class, () -> new Item(0));
    assertThatThrownBy(() -> holder.value(new Object[] {1, new Thread()}))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining(Item.class.getName() + ".value")
        .hasMessageContaining("element 1 of a java.lang.Object[]")
        .hasMessageContaining("java.lang.Thread")
        .hasMessageContaining("@Persistent");
    Item foreign = other.root("foreign", Item.class, () -> new Item(0));
    assertThatThrownBy(() -> holder.value(new Link(foreign, null)))
        .isInstanceOf(CrossPoolReferenceException.class)
        .hasMessageContaining("Link.item")
        .hasMessageContaining("copy it");
    assertThat(holder.value()).isNull();
    pool.reclaim();
  }

  @Test
  void constantIsFoundByItsNameWhateverTheOrder() {
    SourceLoader before =
        SourceLoader.of(
            "public enum Colour { RED, GREEN, BLUE }", "@Persistent class Box { Object o; }");
    SourceLoader after =
        SourceLoader.of(
            "public enum Colour { @RenamedFrom(\"BLUE\") AZURE, WHITE, RED }",
            "@Persistent class Box { Object o; }");
    try (Pool pool = pools.open(pools.builder("enum").classLoader(before))) {
      for (String name : List.of("RED", "GREEN", "BLUE")) {
        pool.putRoot(name, before.make("Box").set("o", before.constant("Colour", name)));
      }
    }
    try (Pool pool = pools.open(pools.builder("enum").classLoader(after))) {
      assertThat(box(pool, "RED").get("o")).isSameAs(after.constant("Colour", "RED"));
      assertThat(box(pool, "BLUE").get("o")).isSameAs(after.constant("Colour", "AZURE"));
      assertThatThrownBy(() -> box(pool, "GREEN").get("o"))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("GREEN")
          .hasMessageContaining("shapes.Colour");
      box(pool, "RED").set("o", after.constant("Colour", "WHITE"));
      assertThat(box(pool, "RED").get("o")).isSameAs(after.constant("Colour", "WHITE"));
    }
    try (Pool pool = pools.open(pools.builder("enum").classLoader(before))) {
      assertThat(box(pool, "GREEN").get("o")).isSameAs(before.constant("Colour", "GREEN"));
      assertThatThrownBy(() -> box(pool, "RED").get("o")).hasMessageContaining("WHITE");
    }
  }

  private static DynamicObject box(Pool pool, String root) {
    return pool.root(root, DynamicObject.class).orElseThrow();
  }

  @Test
  void changedRecordIsTranslatedWhenItIsRead() {
    String box = "@Persistent class Box { Object o; }";
    SourceLoader before =
        SourceLoader.of("public record Name(int id, String first, long gone) {}", box);
    SourceLoader after =
        SourceLoader.of(
            "public record Name(@RenamedFrom(\"first\") String given, double id, int added) {}",
            box);
    SourceLoader other = SourceLoader.of("public record Name(String id, String first) {}", box);
    try (Pool pool = pools.open(pools.builder("record").classLoader(before))) {
      pool.putRoot("box", before.make("Box").set("o", before.record("Name", 7, "Adelheid", 5L)));
    }
    try (Pool pool = pools.open(pools.builder("record").classLoader(after))) {
      assertThat(box(pool, "box").get("o")).hasToString("Name[given=Adelheid, id=7.0, added=0]");
    }
    try (Pool pool = pools.open(pools.builder("record").classLoader(other))) {
      assertThatThrownBy(() -> box(pool, "box").get("o"))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("shapes.Name")
          .hasMessageContaining("id was int and is java.lang.String");
    }
  }

  /** A type that Basalt knows nothing of. */
  static final class Money {
    final String text;

    Money(String text) {
      this.text = text;
    }
  }

  private static Codec<Money> codec(int version) {
    return new Codec<>() {
      @Override
      public Class<Money> type() {
        return Money.class;
      }

      @Override
      public String name() {
        return "a name with % and blanks";
      }

      @Override
      public int version() {
        return version;
      }

      @Override
      public byte[] encode(Money value) {
        return value.text.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public Money decode(byte[] bytes, int written) {
        return new Money(new String(bytes, StandardCharsets.UTF_8) + "/" + written);
      }
    };
  }

  @Test
  void codecStoresAProgramsOwnValues() {
    try (Pool pool = pools.open()) {
      assertThatThrownBy(() -> pool.putRoot("money", new Money("x")))
          .isInstanceOf(UnsupportedTypeException.class)
          .hasMessageContaining("register a codec");
    }
    try (Pool pool = pools.open(pools.builder("test").codec(Money.class, codec(1)))) {
      pool.putRoot("money", new Money("10 EUR"));
    }
    try (Pool pool = pools.open(pools.builder("test").codec(Money.class, codec(2)))) {
      assertThat(pool.root("money", Money.class).orElseThrow().text).isEqualTo("10 EUR/1");
      pool.putRoot("money", new Money("20 EUR"));
    }
    try (Pool pool = pools.open(pools.builder("test").codec(Money.class, codec(1)))) {
      assertThatThrownBy(() -> pool.root("money", Money.class))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("version 2")
          .hasMessageContaining("version 1");
    }
    try (Pool pool = pools.open()) {
      assertThatThrownBy(() -> pool.root("money", Money.class))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("a name with % and blanks")
          .hasMessageContaining("PoolBuilder.codec");
      assertThat(pool.rootNames()).containsExactly("money");
    }
  }

  @Test
  void hashOfAKeyDoesNotDependOnTheProcess() {
    String source = "public enum Colour { RED, GREEN }";
    List<Integer> hashes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      SourceLoader loader =
          SourceLoader.of(source, "public record Key(Colour colour, Optional<Colour> more) {}");
      Object red = loader.constant("Colour", "RED");
      hashes.add(StableHash.of(loader.record("Key", red, Optional.of(red))));
    }
    assertThat(hashes).containsOnly(hashes.getFirst());
    assertThat(Arrays.asList(StableHash.of("text"), StableHash.of(7L), StableHash.of(null)))
        .containsExactly("text".hashCode(), 7, 0);
    assertThatThrownBy(() -> StableHash.of(new int[1]))
        .isInstanceOf(UnsupportedTypeException.class);
  }
}

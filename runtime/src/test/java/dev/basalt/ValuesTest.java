package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.error.SchemaException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.object.FieldKind;
import dev.basalt.object.FieldWriter;
import dev.basalt.object.Layout;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import dev.basalt.object.PersistentStructure;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Values, roots, handles and classes as a program sees them. */
class ValuesTest {
  @RegisterExtension final Pools pools = new Pools();

  private void comeBack(List<?> values) {
    Pool first = pools.open(pools.builder("values").durability(Durability.ASYNC));
    first.update(
        () -> {
          for (int i = 0; i < values.size(); i++) {
            Item item = new Item(i);
            item.value(values.get(i));
            first.putRoot("value " + i, item);
          }
          for (int i = 0; i < values.size(); i++) {
            Item item = first.root("value " + i, Item.class).orElseThrow();
            assertThat(item.value()).isEqualTo(values.get(i));
          }
        });
    Pool pool = pools.reopen(first);
    for (int i = 0; i < values.size(); i++) {
      Object value = pool.root("value " + i, Item.class).orElseThrow().value();
      assertThat(value).isEqualTo(values.get(i));
    }
    pool.update(
        () -> {
          for (int i = 0; i < values.size(); i++) {
            pool.root("value " + i, Item.class).orElseThrow().value(null);
          }
        });
    pool.reclaim();
  }

  @Test
  void everyStringComesBack() {
    Random random = new Random(1);
    List<String> strings = new ArrayList<>();
    for (int length = 0; length <= 20; length++) {
      for (int limit : new int[] {0x7F, 0xFF, 0x100, 0xFFFF}) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
          text.append((char) random.nextInt(limit + 1));
        }
        strings.add(text.toString());
      }
      strings.add("\0".repeat(length));
      strings.add("\u00FF".repeat(length));
      strings.add("\uD800".repeat(length));
      strings.add("\uDC00\uD800".repeat(length));
    }
    strings.add("\uD83D\uDE00 emoji");
    strings.add("a".repeat(100_000));
    strings.add("\u20AC".repeat(100_000));
    comeBack(strings);
  }

  @Test
  void everyScalarComesBack() {
    List<Object> values = new ArrayList<>();
    values.addAll(List.of(true, false));
    for (int i = Byte.MIN_VALUE; i <= Byte.MAX_VALUE; i += 17) {
      values.add((byte) i);
    }
    values.addAll(List.of(Short.MIN_VALUE, (short) -1, (short) 0, Short.MAX_VALUE));
    values.addAll(List.of(Character.MIN_VALUE, 'x', '\uD800', Character.MAX_VALUE));
    values.addAll(List.of(Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE));
    for (int bit = 0; bit < 64; bit++) {
      values.add(1L << bit);
      values.add((1L << bit) - 1);
      values.add(-(1L << bit));
      values.add(-(1L << bit) - 1);
    }
    values.addAll(
        List.of(0f, -0f, Float.NaN, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY));
    values.addAll(
        List.of(
            0.0, -0.0, Double.NaN, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY));
    comeBack(values);
  }

  @Test
  void thousandRootsAgreeWithAMap() {
    Pool pool = pools.open(pools.builder("roots").durability(Durability.ASYNC));
    Map<String, Long> model = new TreeMap<>();
    Random random = new Random(2);
    for (int n = 0; n < 4000; n++) {
      String name = "root \u20AC " + random.nextInt(1000);
      if (random.nextInt(4) == 0) {
        assertThat(pool.removeRoot(name)).isEqualTo(model.remove(name) != null);
      } else {
        pool.putRoot(name, new Item(n));
        model.put(name, (long) n);
      }
    }
    assertThat(pool.rootNames()).containsExactlyElementsOf(model.keySet());
    pool = pools.reopen(pool);
    assertThat(pool.rootNames()).containsExactlyElementsOf(model.keySet());
    for (Map.Entry<String, Long> entry : model.entrySet()) {
      assertThat(pool.root(entry.getKey(), Item.class).orElseThrow().number())
          .isEqualTo(entry.getValue());
    }
    assertThat(pool.root("absent", Item.class)).isEmpty();
    pool.reclaim();
    for (String name : model.keySet()) {
      assertThat(pool.removeRoot(name)).isTrue();
    }
    assertThat(pool.rootNames()).isEmpty();
    pool = pools.reopen(pool);
    pool.reclaim();
    assertThat(pool.stats().objects()).as("the class's record").isEqualTo(1);
  }

  @Test
  void rootHoldsAnyValueAndSaysWhatItHolds() {
    Pool pool = pools.open();
    pool.putRoot("text", "a text that needs an object");
    pool.putRoot("number", 5L);
    assertThat(pool.root("text", String.class)).hasValue("a text that needs an object");
    assertThat(pool.root("number", Long.class)).hasValue(5L);
    assertThatThrownBy(() -> pool.root("text", Item.class))
        .isInstanceOf(ClassCastException.class)
        .hasMessageContaining("text")
        .hasMessageContaining("String");
    assertThatThrownBy(() -> pool.putRoot("x", null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> pool.putRoot(null, "x")).isInstanceOf(NullPointerException.class);
  }

  @Test
  void absentRootIsStoredOnceForAll() throws Exception {
    Pool pool = pools.open();
    AtomicInteger made = new AtomicInteger();
    for (int round = 0; round < 20; round++) {
      String name = "root " + round;
      List<Item> found = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      Item item =
                          pool.root(name, Item.class, () -> new Item(made.incrementAndGet()));
                      synchronized (found) {
                        found.add(item);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(found).hasSize(6).allMatch(item -> item == found.getFirst());
    }
    // A thread whose update met another's has made one for nothing.
    assertThat(made.get()).isBetween(20, 120);
  }

  @Test
  void objectHasOneHandle() throws Exception {
    Pool pool = pools.open(pools.builder("handles").durability(Durability.ASYNC));
    Item root = pool.root("root", Item.class, () -> new Item(0));
    pool.update(
        () -> {
          for (int i = 1; i <= 5000; i++) {
            Item item = new Item(i);
            item.next(root.next());
            root.next(item);
          }
        });
    Map<Item, Long> kept = new IdentityHashMap<>();
    for (int round = 0; round < 10; round++) {
      List<Thread> threads = new ArrayList<>();
      AtomicInteger strangers = new AtomicInteger();
      Map<Long, Item> byNumber = new TreeMap<>();
      kept.forEach((item, number) -> byNumber.put(number, item));
      for (int t = 0; t < 3; t++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (Item item = root.next(); item != null; item = item.next()) {
                        Item known = byNumber.get(item.number());
                        if (known != null && known != item) {
                          strangers.incrementAndGet();
                        }
                      }
                    }));
      }
      System.gc();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(strangers).hasValue(0);
      kept.clear();
      for (Item item = root.next(); item != null; item = item.next()) {
        if (item.number() % 10 == round) {
          kept.put(item, item.number());
        }
      }
    }
  }

  @Test
  void unlinkedObjectLivesAsLongAsItsHandle() throws Exception {
    Pool pool = pools.open();
    Item root = pool.root("root", Item.class, () -> new Item(0));
    Item item = new Item(1);
    item.name("a name that needs an object of its own");
    item.next(new Item(2));
    root.next(item);
    root.next(null);
    pool.reclaim();
    assertThat(item.name()).isEqualTo("a name that needs an object of its own");
    assertThat(item.next().number()).isEqualTo(2);
    root.next(item);
    pool.reclaim();
    assertThat(root.next()).isSameAs(item);
    root.next(null);
    long objects = pool.stats().objects();
    WeakReference<Item> reference = new WeakReference<>(item);
    item = null;
    for (int i = 0; i < 50 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(reference.get()).isNull();
    pool.reclaim();
    assertThat(pool.stats().objects()).isLessThan(objects);
    assertThat(pool.stats().limboObjects()).isZero();
  }

  @Test
  void longListIsStoredAndReclaimedWithoutDeepRecursion() {
    int length = 100_000;
    Pool pool = pools.open(pools.builder("long").durability(Durability.ASYNC));
    Item head = null;
    for (int i = 0; i < length; i++) {
      Item item = new Item(i);
      item.next(head);
      head = item;
    }
    pool.putRoot("head", head);
    head = null;
    pool = pools.reopen(pool);
    assertThat(pool.stats().objects()).isGreaterThan(length);
    pool.removeRoot("head");
    pool.reclaim();
    assertThat(pool.stats().objects()).as("the class's record").isEqualTo(1);
  }

  /** A class whose shape a test can change, as a new version of a program would. */
  static final class Changing implements PersistentStructure {
    static Layout layout;
    private ObjectSpace space;
    private long offset;

    Changing() {}

    @Override
    public Layout $basalt$layout() {
      return layout;
    }

    @Override
    public ObjectSpace $basalt$space() {
      return space;
    }

    @Override
    public long $basalt$offset() {
      return offset;
    }

    @Override
    public void $basalt$bind(ObjectSpace newSpace, long newOffset) {
      space = newSpace;
      offset = newOffset;
    }

    @Override
    public void $basalt$store(FieldWriter writer) {}

    @Override
    public void $basalt$clear() {}

    @Override
    public PersistentObject $basalt$handle(ObjectSpace newSpace, long newOffset) {
      Changing handle = new Changing();
      handle.$basalt$bind(newSpace, newOffset);
      return handle;
    }
  }

  private static Layout layout(Layout.Declaration... fields) {
    return Layout.of(Changing.class.getName(), null, List.of(fields));
  }

  @Test
  void changedClassIsRefusedByName() {
    Layout.Declaration number = new Layout.Declaration("number", FieldKind.LONG, "long");
    Changing.layout = layout(number);
    Pool first = pools.open();
    first.putRoot("changing", new Changing());
    first.close();
    for (Layout other :
        List.of(
            layout(),
            layout(new Layout.Declaration("other", FieldKind.LONG, "long")),
            layout(new Layout.Declaration("number", FieldKind.DOUBLE, "double")),
            layout(number, new Layout.Declaration("more", FieldKind.INT, "int")))) {
      Changing.layout = other;
      Pool pool = pools.open();
      assertThatThrownBy(() -> pool.root("changing", Changing.class))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining(Changing.class.getName())
          .hasMessageContaining("stored")
          .hasMessageMatching(".*(number|more).*");
      assertThatThrownBy(() -> pool.putRoot("another", new Changing()))
          .isInstanceOf(SchemaException.class);
      assertThat(pool.rootNames()).containsExactly("changing");
      pool.close();
    }
    Changing.layout = layout(number);
    assertThat(pools.open().root("changing", Changing.class)).isPresent();
  }
}

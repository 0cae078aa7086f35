package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RightSums;
import dev.basalt.format.ArrayFormat;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.object.Layouts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each kind of damage, planted into a pool's file, is told where it is; the rest is dumped. */
class DumpOfDamageTest {
  private static final int ITEMS = 20;
  private static final int DAMAGED = 7;
  private static final String LONG_NAME = "the rather long name of item ";

  @RegisterExtension final Pools pools = new Pools();

  private Path file;
  private ByteBuffer bytes;
  private String sound;

  @BeforeEach
  void makePool() throws IOException {
    try (Pool pool = pools.open()) {
      Object[] items = new Object[ITEMS];
      for (int i = 0; i < ITEMS; i++) {
        Item item = new Item(i);
        item.name(LONG_NAME + i);
        item.value(new int[] {100 + i});
        items[i] = item;
      }
      pool.putRoot("items", items);
      pool.putRoot("last", 1);
      StringBuilder text = new StringBuilder();
      assertThat(pool.dump(text)).isZero();
      sound = text.toString();
      file = pool.path();
    }
    pools.doNotVerify(file);
    bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where the item with a number lies: each is an entry that names it. */
  private int item(int number) {
    Matcher entry =
        Pattern.compile("\n@(\\d+) [\\w.]+(\n  .*)*\n  number: long = " + number + "\n")
            .matcher(sound);
    assertThat(entry.find()).isTrue();
    return Integer.parseInt(entry.group(1));
  }

  private static int at(String field) {
    return Layouts.of(Item.class).offsetOf(field);
  }

  private String dump(long damages) throws IOException {
    RightSums.in(bytes.array(), Pools.LOG_SIZE);
    return dumpAsItIs(damages);
  }

  private String dumpAsItIs(long damages) throws IOException {
    Files.write(file, bytes.array());
    try (Pool pool =
        Pool.builder(file)
            .mode(OpenMode.READ_ONLY)
            .classLoader(ClassLoader.getPlatformClassLoader())
            .open()) {
      StringBuilder text = new StringBuilder();
      assertThat(pool.dump(text)).as(text.toString()).isEqualTo(damages);
      assertThat(text.toString().split("<damaged: ", -1)).hasSize((int) damages + 1);
      return text.toString();
    }
  }

  private void hasAllButTheDamaged(String text) {
    for (int i = 0; i < ITEMS; i++) {
      if (i != DAMAGED) {
        assertThat(text).contains("number: long = " + i + "\n", LONG_NAME + i + "\"\n");
      }
    }
    assertThat(text).contains("root \"last\" = 1\n");
  }

  @Test
  void objectOfNoClass() throws IOException {
    bytes.putInt(item(DAMAGED) + ObjectFormat.CLASS_ID, 4711);
    String text = dump(1);
    hasAllButTheDamaged(text);
    assertThat(text).contains("the object at " + item(DAMAGED) + " has class id 4711");
  }

  @Test
  void referenceToNowhere() throws IOException {
    for (long target : new long[] {16, 1L << 50, item(3) + 16L, bytes.capacity() - 16L, -16}) {
      bytes.putLong(item(DAMAGED) + at("next"), target);
      String text = dump(1);
      hasAllButTheDamaged(text);
      assertThat(text)
          .contains("Item = <damaged: a reference leads to " + target + ", where no object is>\n")
          .contains(LONG_NAME + DAMAGED + "\"");
    }
  }

  @Test
  void slotWithoutMeaning() throws IOException {
    bytes.putLong(item(DAMAGED) + at("value"), 0xF);
    assertThat(dump(1))
        .contains("value: java.lang.Object = <damaged: a slot holds 000000000000000f");
  }

  @Test
  void enumConstantOfNoEnum() throws IOException {
    bytes.putLong(item(DAMAGED) + at("value"), 5L << 32 | 9999L << 4 | 4);
    assertThat(dump(1)).contains("<damaged: a slot holds", "an enum constant");
  }

  @Test
  void stringThatIsTooLong() throws IOException {
    int name = (int) bytes.getLong(item(DAMAGED) + at("name"));
    for (int length : new int[] {5000, -1, Integer.MIN_VALUE}) {
      bytes.putInt(name + BytesFormat.LENGTH, length);
      String text = dump(1);
      hasAllButTheDamaged(text);
      assertThat(text).contains("<damaged: the object at " + name + " has ", "number: long = 7\n");
    }
  }

  @Test
  void arrayOfNoKindOrLength() throws IOException {
    int array = (int) bytes.getLong(item(DAMAGED) + at("value"));
    for (int kind : new int[] {0, 9, -1}) {
      bytes.putInt(array + ArrayFormat.KIND, kind);
      assertThat(dump(1)).contains("<damaged: the array at " + array + " has kind " + kind + ">");
    }
    bytes.putInt(array + ArrayFormat.KIND, ArrayFormat.BYTE);
    bytes.putInt(array + ArrayFormat.LENGTH, -1);
    assertThat(dump(1)).contains("<damaged: the object at " + array + " has a length of -1>");
  }

  @Test
  void pageThatDiffersFromItsSum() throws IOException {
    int page = item(DAMAGED) / Geometry.PAGE_SIZE * Geometry.PAGE_SIZE;
    bytes.put(page + 77, (byte) (bytes.get(page + 77) ^ 1));
    Files.write(file, bytes.array());
    try (Pool pool = Pool.builder(file).mode(OpenMode.READ_ONLY).open()) {
      StringBuilder text = new StringBuilder();
      assertThat(pool.dump(text)).isPositive();
      assertThat(text)
          .contains("<damaged: ", "the page at " + page + " is damaged", "root \"last\" = 1\n")
          .contains("damaged places: ");
    }
  }

  @Test
  void bitmapThatIsDamagedHidesNoObject() throws IOException {
    int chunk = (item(DAMAGED) - (int) Geometry.heapOffset(Pools.LOG_SIZE)) / Geometry.CHUNK_SIZE;
    int start = (int) Geometry.heapOffset(Pools.LOG_SIZE) + chunk * Geometry.CHUNK_SIZE;
    assertThat(item(DAMAGED) - start).as("not in the bitmap's page").isGreaterThan(0);
    int entry =
        (int) Geometry.heapOffset(Pools.LOG_SIZE)
            + Geometry.CHUNK_SIZE
            + chunk * ChunkEntryFormat.SIZE;
    bytes.putLong(entry, 0xFF);
    RightSums.in(bytes.array(), Pools.LOG_SIZE);
    Files.write(file, bytes.array());
    hasAllButTheDamaged(dumpAsItIs(0));
  }

  @Test
  void chainOfRootsThatGoesRoundInCircles() throws IOException {
    int bucket =
        (int) Geometry.heapOffset(Pools.LOG_SIZE)
            + PoolHeaderFormat.ROOT_DIRECTORY
            + SlotsFormat.slot(Math.floorMod("last".hashCode(), PoolHeaderFormat.ROOT_BUCKETS));
    int entry = (int) bytes.getLong(bucket);
    bytes.putLong(entry + SlotsFormat.slot(0), entry);
    String text = dump(1);
    hasAllButTheDamaged(text);
    assertThat(text).contains("<damaged: the roots behind " + entry + " lead back to it>\n");
    bytes.putLong(bucket, item(DAMAGED));
    assertThat(dump(1))
        .contains("<damaged: the object at " + item(DAMAGED) + " is no entry of roots>\n");
  }
}

package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.basalt.error.BasaltException;
import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.IncompatiblePoolException;
import dev.basalt.error.PoolAccessException;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RichItem;
import dev.basalt.fixture.RightSums;
import dev.basalt.format.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every byte of a small closed pool changed in turn: each is a typed error or leaves the data as it
 * was. Thousands of larger damages, found by their checksums or, made so on purpose, with right
 * ones: none ends the JVM, hangs or goes round for ever.
 *
 * <p>The log of a closed pool is empty, so what its region holds does not matter; its bytes are
 * changed all the same.
 */
@Tag("exhaustive")
class EveryByteTest {
  private static final boolean LONG = Boolean.getBoolean("basalt.stress");
  private static final int CORRUPTIONS = LONG ? 200_000 : 10_000;

  /** Of a page of zeroes, one byte in so many is changed. */
  private static final int ZERO_STEP = LONG ? 1 : 512;

  private static final int BATCH = 2048;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long SEED = 11;

  @RegisterExtension final Pools pools = new Pools();

  /** What the test is doing, for the message when it hangs. */
  private volatile String current = "";

  private int same;
  private int refused;

  private Path closedPool() {
    Pool pool = pools.open();
    fill(pool);
    pool.close();
    pools.doNotVerify(pool.path());
    return pool.path();
  }

  private Path unclosedPool() throws IOException {
    Pool pool = pools.open();
    fill(pool);
    Path copy = pools.file("copy");
    Files.copy(pool.path(), copy);
    return copy;
  }

  private static void fill(Pool pool) {
    pool.update(
        () -> {
          Item head = new RichItem(0);
          pool.putRoot("head", head);
          for (int i = 1; i < 12; i++) {
            Item item = i % 2 == 0 ? new Item(i) : new RichItem(i);
            item.name("the name of item " + i);
            item.value(i % 3 == 0 ? (Object) 1.5 : Long.MAX_VALUE - i);
            item.next(head.next());
            head.next(item);
          }
        });
    Item head = pool.root("head", Item.class).orElseThrow();
    head.next().next(head.next().next().next()); // one in limbo
  }

  private static PoolBuilder existing(Path file, OpenMode mode) {
    return Pool.builder(file)
        .mode(mode)
        .maxSize(16L << 20)
        .classLoader(EveryByteTest.class.getClassLoader());
  }

  private static String describe(Pool pool) {
    return pool.view(
        () -> {
          StringBuilder text = new StringBuilder(pool.rootNames().toString());
          Item item = pool.root("head", Item.class).orElseThrow();
          int count = 0;
          while (item != null && count++ < 100) {
            text.append(item.number()).append(item.amount()).append(item.name());
            text.append(item.value()).append(item.other()).append('\n');
            item = item.next();
          }
          return text.toString();
        });
  }

  @Test
  void everyChangedByteIsATypedErrorOrReadsOn() throws IOException {
    Path file = closedPool();
    byte[] whole = Files.readAllBytes(file);
    int[] places = places(whole);
    String expected;
    try (Pool pool = existing(file, OpenMode.READ_ONLY).open()) {
      expected = describe(pool);
    }
    Random random = new Random(SEED);
    try (FileChannel bytes = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int from = 0; from < places.length; from += BATCH) {
        int[] batch = Arrays.copyOfRange(places, from, Math.min(from + BATCH, places.length));
        assertTimeoutPreemptively(
            PATIENCE,
            () -> {
              for (int at : batch) {
                byte damaged = (byte) (whole[at] ^ (1 + random.nextInt(255)));
                write(bytes, at, damaged);
                current = "byte %d is %d, not %d".formatted(at, damaged, whole[at]);
                read(file, expected, at);
                write(bytes, at, whole[at]);
              }
            },
            () -> "hangs: " + current);
        System.gc(); // ends the mappings of closed pools
      }
    }
    assertThat(Files.readAllBytes(file)).as("reading changes nothing").isEqualTo(whole);
    System.out.printf(
        "changed bytes: %d of %d (all of every page that is not zero, one in %d of the others):"
            + " %d refused, %d without effect (seed %d)%n",
        places.length, whole.length, ZERO_STEP, refused, same, SEED);
    assertThat(refused).isPositive();
  }

  private static int[] places(byte[] whole) {
    int[] places = new int[whole.length];
    int count = 0;
    for (int page = 0; page < whole.length; page += Geometry.PAGE_SIZE) {
      int end = Math.min(page + Geometry.PAGE_SIZE, whole.length);
      boolean isZero = true;
      for (int at = page; at < end && isZero; at++) {
        isZero = whole[at] == 0;
      }
      for (int at = page; at < end; at += isZero ? ZERO_STEP : 1) {
        places[count++] = at;
      }
    }
    return Arrays.copyOf(places, count);
  }

  private static void write(FileChannel bytes, int at, byte value) throws IOException {
    bytes.write(ByteBuffer.wrap(new byte[] {value}), at);
  }

  private void read(Path file, String expected, int at) {
    try (Pool pool = existing(file, OpenMode.READ_ONLY).open()) {
      String found = describe(pool);
      pool.stats();
      assertThat(found).as(current).isEqualTo(expected);
      same++;
    } catch (CorruptPoolException | IncompatiblePoolException | PoolAccessException e) {
      if (at >= Geometry.heapOffset(Pools.LOG_SIZE)) {
        assertThat(e)
            .as(current)
            .isInstanceOf(CorruptPoolException.class)
            .hasMessageMatching(".*: the page at \\d+ is damaged: .*");
      }
      refused++;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(current, e);
    }
  }

  @Test
  void randomDamageOfAClosedPoolIsATypedErrorOrReadsOn() throws IOException {
    damage(closedPool(), CORRUPTIONS / 2, false);
  }

  @Test
  void randomDamageOfAnUnclosedPoolIsATypedErrorOrReadsOn() throws IOException {
    damage(unclosedPool(), CORRUPTIONS / 2, false);
  }

  /** As if page sums did not exist: what lies behind them stands on its own feet. */
  @Test
  void randomDamageWithRightSumsIsATypedErrorOrReadsOn() throws IOException {
    damage(closedPool(), CORRUPTIONS / 2, true);
    damage(unclosedPool(), CORRUPTIONS / 2, true);
  }

  /** Faster than a new file: its pages are there. */
  private static void overwrite(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.truncate(bytes.length);
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }
  }

  private void damage(Path file, int corruptions, boolean rightSums) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    Path copy = pools.file("damaged");
    Random random = new Random(SEED);
    for (int from = 0; from < corruptions; from += 500) {
      int start = from;
      assertTimeoutPreemptively(
          PATIENCE,
          () -> {
            for (int n = start; n < start + 500; n++) {
              byte[] damaged = whole.clone();
              current = "damage " + n + ": " + damage(damaged, random);
              if (rightSums) {
                RightSums.in(damaged, Pools.LOG_SIZE);
              }
              overwrite(copy, damaged);
              use(copy, rightSums);
            }
          },
          () -> "hangs: " + current);
      System.gc();
    }
    System.out.printf(
        "random damages%s: %d, %d refused at opening (seed %d)%n",
        rightSums ? " with right sums" : "", corruptions, refused, SEED);
    assertThat(refused).isBetween(1, corruptions - 1);
  }

  /** One to three damages of different kinds, most of them where something is. */
  private static String damage(byte[] bytes, Random random) {
    StringBuilder what = new StringBuilder();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int page = usedPage(bytes, random);
      int length = 1 << random.nextInt(13);
      int at = page + random.nextInt(Geometry.PAGE_SIZE);
      length = Math.min(length, bytes.length - at);
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] noise = new byte[length];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, bytes, at, length);
          what.append("noise");
        }
        case 1 -> {
          Arrays.fill(bytes, at, at + length, (byte) 0);
          what.append("zeroes");
        }
        case 2 -> {
          int other = Math.min(usedPage(bytes, random), bytes.length - length);
          System.arraycopy(bytes, other, bytes, at, length);
          what.append("copy from ").append(other);
        }
        default -> {
          bytes[at] ^= (byte) (1 << random.nextInt(8));
          length = 1;
          what.append("bit");
        }
      }
      what.append(" at ").append(at).append(" length ").append(length).append("; ");
    }
    return what.toString();
  }

  private static int usedPage(byte[] bytes, Random random) {
    int pages = bytes.length / Geometry.PAGE_SIZE;
    for (int tries = 0; tries < 50; tries++) {
      int page = random.nextInt(pages) * Geometry.PAGE_SIZE;
      for (int at = page; at < page + Geometry.PAGE_SIZE; at += 8) {
        if (bytes[at] != 0) {
          return page;
        }
      }
    }
    return 0;
  }

  private void use(Path file, boolean rightSums) {
    Pool pool;
    try {
      pool = existing(file, OpenMode.OPEN).open();
    } catch (BasaltException e) {
      refused++;
      return;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(current, e);
    }
    dump(pool);
    allowed(() -> describe(pool), rightSums);
    allowed(pool::stats, rightSums);
    allowed(() -> pool.putRoot("other", new RichItem(77)), rightSums);
    allowed(() -> pool.root("head", Item.class).ifPresent(item -> item.next(null)), rightSums);
    allowed(pool::reclaim, rightSums);
    allowed(() -> pool.removeRoot("head"), rightSums);
    allowed(pool::checkpoint, rightSums);
    allowed(pool::close, rightSums);
  }

  /** Whatever is damaged, a dump says so and goes on to its end. */
  private void dump(Pool pool) {
    StringBuilder text = new StringBuilder();
    try {
      long damages = pool.dump(text);
      assertThat(text).as(current).endsWith(", damaged places: " + damages + "\n");
    } catch (IOException | RuntimeException | Error e) {
      throw new AssertionError(current, e);
    }
  }

  private void allowed(ThrowingRunnable<RuntimeException> body, boolean rightSums) {
    try {
      body.run();
    } catch (BasaltException e) {
      // What it says is tested elsewhere; here it is enough that nothing worse happens.
    } catch (NoSuchElementException e) {
      // The root has another name, or the log has lost the update that stored it.
    } catch (ClassCastException e) {
      assertThat(rightSums).as(current + ": " + e).isTrue();
    } catch (RuntimeException | Error e) {
      throw new AssertionError(current, e);
    }
  }
}

package dev.basalt.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.error.PoolFullException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pools that tests get. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TestPoolTest {
  private static final Set<Object> IDS = new HashSet<>();

  @TestPool("of the class")
  private static Pool shared;

  @TestPool("of the field")
  private PoolUnderTest inField;

  private final Pool inConstructor;
  private Pool beforeEach;

  TestPoolTest(@TestPool("of the constructor") Pool pool) {
    this.inConstructor = pool;
  }

  @BeforeAll
  static void fillShared(@TestPool("of the class") Pool pool) {
    assertThat(pool).isSameAs(shared);
    pool.putRoot("text", "from @BeforeAll");
  }

  @BeforeEach
  void fill(@TestPool Pool pool) {
    assertThat(pool.rootNames()).isEmpty();
    pool.putRoot("text", "from @BeforeEach");
    beforeEach = pool;
  }

  @Test
  @Order(1)
  void oneNameIsOnePoolOfATest(
      @TestPool Pool pool,
      @TestPool PoolUnderTest handle,
      @TestPool("of the field") Pool field,
      @TestPool("of the constructor") Pool constructor) {
    assertThat(pool).isSameAs(beforeEach).isSameAs(handle.pool());
    assertThat(field).isSameAs(inField.pool()).isNotSameAs(pool);
    assertThat(constructor).isSameAs(inConstructor);
    assertThat(pool.root("text", String.class)).contains("from @BeforeEach");
    remember(pool, field, constructor);
    shared.putRoot("text", "from a test");
  }

  @Test
  @Order(2)
  void anotherTestHasOtherPoolsButForThoseOfTheClass() {
    remember(beforeEach, inField.pool(), inConstructor);
    assertThat(shared.root("text", String.class)).contains("from a test");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void eachInvocationHasAPool(int number, @TestPool("of an invocation") Pool pool) {
    assertThat(pool.rootNames()).isEmpty();
    pool.putRoot("number", number);
  }

  @Test
  void whatIsStoredIsThereAfterReopening(@TestPool("other") PoolUnderTest handle) {
    Pool before = handle.pool();
    before.putRoot("list", new String[] {"a", "b"});
    Pool after = handle.reopen();
    assertThat(before.isOpen()).isFalse();
    assertThat(after).isSameAs(handle.pool()).isNotSameAs(before);
    assertThat(after.root("list", String[].class).orElseThrow()).containsExactly("a", "b");
    handle.close();
    assertThat(handle.pool().rootNames()).containsExactly("list");
  }

  @Test
  void theOptionsAreThePools(
      @TestPool(
              value = "small",
              durability = Durability.ASYNC,
              maxSize = 2 << 20,
              logSize = 128 << 10,
              options = Interval.class)
          Pool pool) {
    assertThat(pool.stats().logBytesMax()).isLessThanOrEqualTo(128 << 10);
    assertThat(Interval.asked).isPositive();
    assertThatThrownBy(() -> pool.putRoot("large", new byte[4 << 20]))
        .isInstanceOf(PoolFullException.class);
  }

  /** Options that the annotation has no attribute for. */
  static class Interval implements TestPool.Options {
    private static int asked;

    @Override
    public void set(PoolBuilder builder) {
      asked++;
      builder.syncInterval(Duration.ofMillis(5));
    }
  }

  @Nested
  class Inside {
    @TestPool private Pool ofOuter;

    @Test
    void sharesThePoolsOfTheTestAround() {
      assertThat(ofOuter).isSameAs(beforeEach);
      assertThat(inField.pool().isOpen()).isTrue();
      assertThat(shared.root("text", String.class)).isPresent();
      remember(beforeEach, inField.pool());
    }
  }

  private static void remember(Pool... pools) {
    for (Pool pool : List.of(pools)) {
      assertThat(IDS.add(pool.id())).as("a new pool").isTrue();
    }
  }
}

package dev.basalt.junit;

import dev.basalt.Durability;
import dev.basalt.PoolBuilder;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A pool for a test, on a parameter or a field of type {@link dev.basalt.Pool} or {@link
 * PoolUnderTest}; nothing else is needed.
 *
 * {@snippet :
 * @Test
 * void ordersAreKept(@TestPool PoolUnderTest pools) {
 *   pools.pool().putRoot("order", new Order(7));
 *   Pool reopened = pools.reopen();
 *   assertEquals(7, reopened.root("order", Order.class).orElseThrow().number());
 * }
 * }
 *
 * <p>The pool is new, in a folder of its own that is deleted in the end. When the test is over the
 * pool is closed and its file goes through the full check; the test fails with what that finds. A
 * pool lives as long as what asks for it: in the parameters of tests, {@code @BeforeEach} and
 * {@code @AfterEach} methods and constructors, and in instance fields, for one test; in those of
 * {@code @BeforeAll} methods and in static fields, for the tests of the class and of the classes
 * nested in it, which share it. Within that time one name is one pool. Tests may run in parallel.
 *
 * <p>Persistent classes are rewritten by the agent or at build time, as ever.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER})
@ExtendWith(BasaltExtension.class)
public @interface TestPool {
  /**
   * Tells several pools of a test apart.
   *
   * @return the pool's name, which is also that of its file
   */
  String value() default "test";

  /**
   * What an update that has returned survives.
   *
   * @return the durability
   */
  Durability durability() default Durability.SYNC;

  /**
   * The size up to which the pool can grow.
   *
   * @return the size in bytes
   */
  long maxSize() default 1L << 30;

  /**
   * The size of the log.
   *
   * @return the size in bytes
   */
  long logSize() default 1L << 20;

  /**
   * Whether the pool may hold, in the end, cycles of objects that no root leads to. They are no
   * fault of the pool; a program that unlinks all that it no longer needs can be held to it.
   *
   * @return {@code false} to fail a test that leaves such objects
   */
  boolean unreachableAllowed() default true;

  /**
   * Sets what has no attribute here: codecs, renamed classes, a class loader.
   *
   * @return the class of an object that does so, with a constructor without parameters
   */
  Class<? extends Options> options() default NoOptions.class;

  /** Sets options of a pool that is about to be opened. */
  @FunctionalInterface
  interface Options {
    /**
     * Called before each opening, after the annotation's attributes have been set.
     *
     * @param builder the pool's builder
     */
    void set(PoolBuilder builder);
  }

  /** Sets nothing. */
  final class NoOptions implements Options {
    /** Made by the extension. */
    public NoOptions() {}

    @Override
    public void set(PoolBuilder builder) {}
  }
}

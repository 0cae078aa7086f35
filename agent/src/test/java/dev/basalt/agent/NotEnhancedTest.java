package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.PoolBuilder;
import dev.basalt.agent.elsewhere.Parent;
import dev.basalt.error.NotEnhancedException;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Objects of classes that are persistent but were not rewritten: refused, and nothing happens. */
class NotEnhancedTest {
  private static final String CHILD = "dev.basalt.agent.fixture.Neighbours$Child";

  /** Rewrites the parent, but not its subclass. */
  private static final RewritingLoader HALF =
      new RewritingLoader() {
        @Override
        boolean isRewritten(String name) {
          return !name.equals(CHILD);
        }
      };

  static final class Loader implements TestPool.Options {
    @Override
    public void set(PoolBuilder builder) {
      builder.classLoader(HALF);
    }
  }

  @TestPool(options = Loader.class)
  private PoolUnderTest pools;

  private static Object make(String name) throws ReflectiveOperationException {
    var constructor = HALF.loadClass(name).getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static void assertRefused(ThrowingCallable store, String type) {
    assertThatThrownBy(store)
        .isInstanceOf(NotEnhancedException.class)
        .hasMessageContaining(type)
        .hasMessageContaining("-javaagent:basalt-agent.jar")
        .hasMessageContaining("basalt-maven-plugin");
  }

  @Test
  void classThatWasNeverRewrittenIsRefused() {
    Parent parent = new Parent();
    assertRefused(() -> pools.pool().putRoot("parent", parent), Parent.class.getName());
    assertThat(pools.pool().rootNames()).isEmpty();
    parent.open = 7;
    assertThat(parent.sum()).as("it is an ordinary object").isEqualTo(16);
  }

  @Test
  void subclassThatWasNotRewrittenIsRefusedThoughItsSuperclassIs() throws Exception {
    Object parent = make(Parent.class.getName());
    Object child = make(CHILD);
    Pool pool = pools.pool();
    pool.putRoot("parent", parent);
    assertRefused(() -> pool.putRoot("child", child), CHILD);
    assertThat(Pool.isPersistent(child)).isFalse();
    assertThat(pool.rootNames()).containsExactly("parent");
    assertThat(pools.reopen().root("parent", parent.getClass())).isPresent();
  }

  @Test
  void itIsRefusedInsideAnArrayAndInsideAnOptionalToo() throws Exception {
    Object parent = make(Parent.class.getName());
    Object child = make(CHILD);
    Pool pool = pools.pool();
    for (Object holder : List.of(new Object[] {parent, child}, Optional.of(child))) {
      assertRefused(() -> pool.putRoot("holder", holder), CHILD);
      assertThat(Pool.isPersistent(parent)).as("the update is undone").isFalse();
    }
    assertThat(pool.rootNames()).isEmpty();
  }
}

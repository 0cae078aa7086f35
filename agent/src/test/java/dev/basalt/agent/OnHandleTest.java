package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Methods marked {@code @OnHandle}. */
@Timeout(60)
class OnHandleTest {
  private static final String HANDLES = "dev.basalt.agent.fixture.Handles";

  private final RewritingLoader loader = new RewritingLoader();

  @TempDir private Path folder;
  private Pool pool;

  @BeforeEach
  void open() {
    pool =
        Pool.builder(folder.resolve("a.pool"))
            .maxSize(64L << 20)
            .logSize(1 << 20)
            .classLoader(loader)
            .open();
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private void reopen() throws Exception {
    pool.close();
    open();
    log().clear();
  }

  private Class<?> type(String name) throws Exception {
    return loader.loadClass(HANDLES + "$" + name);
  }

  private Object make(String type, String name) throws Exception {
    return type(type).getConstructor(String.class).newInstance(name);
  }

  @SuppressWarnings("unchecked")
  private List<String> log() throws Exception {
    return (List<String>) loader.loadClass(HANDLES).getField("LOG").get(null);
  }

  private static Object call(Object object, String name, Object... arguments) throws Exception {
    for (Method method : object.getClass().getMethods()) {
      if (method.getName().equals(name)) {
        return method.invoke(object, arguments);
      }
    }
    throw new NoSuchMethodException(name);
  }

  private Object found(String root) {
    return pool.root(root, Object.class).orElseThrow();
  }

  @Test
  void methodRunsOnceForAHandleSuperclassFirst() throws Exception {
    pool.putRoot("a", make("Node", "a"));
    reopen();
    Object node = found("a");
    assertThat(log()).containsExactly("base a", "node a");
    assertThat(call(node, "title")).isEqualTo("found a");
    assertThat(call(node, "cache")).isEqualTo(List.of("found a!"));
    assertThat(found("a")).isSameAs(node);
    assertThat(log()).hasSize(2);
  }

  @Test
  void objectThatTheProgramStoresKeepsItsTransientFields() throws Exception {
    Object node = make("Node", "a");
    pool.putRoot("a", node);
    assertThat(found("a")).isSameAs(node);
    assertThat(call(node, "title")).isEqualTo("made a");
    assertThat(log()).isEmpty();
  }

  @Test
  void overridingMethodRunsInPlaceOfTheOther() throws Exception {
    pool.putRoot("a", make("Special", "a"));
    pool.putRoot("b", make("Plain", "b"));
    reopen();
    found("a");
    assertThat(log()).containsExactly("base a", "node a", "special a");
    log().clear();
    pool.view(() -> found("b"));
    assertThat(log()).containsExactly("base b", "node b", "special b");
  }

  @Test
  void objectsThatMeetEachOtherWhileTheyAreSetUpHaveOneHandleEach() throws Exception {
    storeCircle();
    Object a = found("a");
    Object b = call(a, "next");
    assertThat(call(b, "next")).isSameAs(a);
    assertThat(call(b, "seen")).isSameAs(a);
    assertThat(call(a, "seen")).isSameAs(b);
    assertThat(log()).containsExactlyInAnyOrder("base a", "node a", "base b", "node b");
  }

  private void storeCircle() throws Exception {
    Object a = make("Circle", "a");
    Object b = make("Circle", "b");
    call(a, "link", b);
    call(b, "link", a);
    pool.putRoot("a", a);
    pool.putRoot("b", b);
    reopen();
  }

  /** Each thread makes one of the two, and needs the other for it. */
  @Test
  void threadsThatWaitForEachOtherDoNotHang() throws Exception {
    storeCircle();
    type("Circle").getField("meeting").set(null, new CyclicBarrier(2));
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      Future<Object> a = executor.submit(() -> found("a"));
      Future<Object> b = executor.submit(() -> found("b"));
      assertThat(call(a.get(), "next")).isSameAs(b.get());
      assertThat(call(b.get(), "next")).isSameAs(a.get());
      assertThat(call(a.get(), "seen")).isSameAs(b.get());
      assertThat(call(b.get(), "seen")).isSameAs(a.get());
    } finally {
      type("Circle").getField("meeting").set(null, null);
    }
    assertThat(log()).containsExactlyInAnyOrder("base a", "node a", "base b", "node b");
  }

  @Test
  void nobodySeesAHandleBeforeItIsSetUp() throws Exception {
    Object circle = make("Circle", "a");
    pool.putRoot("a", circle);
    reopen();
    CyclicBarrier meeting = new CyclicBarrier(2);
    type("Circle").getField("meeting").set(null, meeting);
    List<Future<Object>> others = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(5)) {
      Callable<Object> find = () -> call(found("a"), "title");
      for (int i = 0; i < 5; i++) {
        others.add(executor.submit(find));
      }
      Thread.sleep(Duration.ofMillis(20)); // so that some of them are likely to be waiting
      assertThat(others).noneMatch(Future::isDone);
      meeting.await();
      for (Future<Object> other : others) {
        assertThat(other.get()).isEqualTo("found a");
      }
    } finally {
      type("Circle").getField("meeting").set(null, null);
    }
    assertThat(log()).containsExactly("base a", "node a");
  }

  @Test
  void failureReachesWhoeverMetTheObjectAndTheNextOneTriesAgain() throws Exception {
    Object failing = type("Failing").getConstructor().newInstance();
    pool.putRoot("a", failing);
    reopen();
    type("Failing").getField("failures").set(null, 2);
    assertThatThrownBy(() -> found("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("not yet");
    assertThatThrownBy(() -> found("a")).hasMessage("not yet");
    assertThat(call(found("a"), "copy")).isEqualTo(7);
    assertThat(found("a")).isSameAs(found("a"));
  }
}

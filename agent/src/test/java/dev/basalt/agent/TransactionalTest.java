package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.agent.fixture.Bank;
import dev.basalt.agent.fixture.Teller;
import dev.basalt.annotation.Transactional;
import dev.basalt.error.ReadOnlyPoolException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Methods marked {@code @Transactional}. The rewritten classes are not this test's: see call. */
class TransactionalTest {
  private final RewritingLoader loader = new RewritingLoader();

  @TempDir private Path folder;
  private Pool pool;
  private Object bank;

  @BeforeEach
  void open() throws Exception {
    pool = open("main");
    bank = make(Bank.class);
    pool.putRoot("bank", bank);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private Pool open(String name) {
    return Pool.builder(folder.resolve(name + ".pool"))
        .maxSize(64L << 20)
        .logSize(1 << 20)
        .classLoader(loader)
        .open();
  }

  private Object make(Class<?> type) throws Exception {
    return loader.loadClass(type.getName()).getConstructor().newInstance();
  }

  /** Calls the one method of a name, and throws what it throws. */
  private static Object call(Object receiver, String name, Object... arguments) throws Exception {
    return invoke(receiver.getClass(), receiver, name, arguments);
  }

  private static Object callStatic(Class<?> type, String name, Object... arguments)
      throws Exception {
    return invoke(type, null, name, arguments);
  }

  private static Object invoke(Class<?> type, Object receiver, String name, Object[] arguments)
      throws Exception {
    Method method =
        Arrays.stream(type.getMethods())
            .filter(m -> m.getName().equals(name) && !m.isBridge())
            .findFirst()
            .orElseThrow();
    try {
      return method.invoke(receiver, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception exception) {
        throw exception;
      }
      throw e;
    }
  }

  private long cents() throws Exception {
    return (long) call(bank, "total");
  }

  private long commits() {
    return pool.stats().commits();
  }

  @Test
  void resultsOfEveryTypeComeBack() throws Exception {
    call(bank, "deposit", 5L);
    assertThat(call(bank, "isRich")).isEqualTo(false);
    assertThat(call(bank, "asByte")).isEqualTo((byte) 5);
    assertThat(call(bank, "asChar")).isEqualTo('f');
    assertThat(call(bank, "asShort")).isEqualTo((short) 5);
    assertThat(call(bank, "asInt")).isEqualTo(5);
    assertThat(call(bank, "asLong")).isEqualTo(5L);
    assertThat(call(bank, "asFloat")).isEqualTo(2.5f);
    assertThat(call(bank, "asDouble")).isEqualTo(2.5);
    assertThat((int[]) call(bank, "asArray")).containsExactly(5);
    assertThat(call(bank, "asObject")).isEqualTo("");
    Supplier<String> otherwise = () -> "otherwise";
    assertThat(call(bank, "generic", null, otherwise)).isEqualTo("otherwise");
    assertThat(
            call(
                bank,
                "many",
                true,
                (byte) 1,
                'c',
                (short) 2,
                3,
                4L,
                5f,
                6d,
                "i",
                new long[] {7, 8}))
        .isEqualTo("true1c2345.06.0i2");
    assertThat(call(bank, "lambda", 2)).isEqualTo(7);
    assertThat(call(bank, "flow", 3)).isEqualTo(3);
    assertThat(call(bank, "asObject")).isEqualTo("at 3");
  }

  @Test
  void methodIsOneUpdate() throws Exception {
    Object teller = make(Teller.class);
    Object second = make(Bank.class);
    pool.putRoot("second", second);
    long before = commits();
    long result = pool.update(() -> (long) callStatic(bank.getClass(), "move", bank, second, 5L));
    assertThat(result).isEqualTo(-5);
    assertThat(commits()).isEqualTo(before + 1);
    call(bank, "nested", false);
    assertThat(commits()).isEqualTo(before + 2);
    assertThat(cents()).isEqualTo(10);
    assertThat(teller).isNotNull();
  }

  @Test
  void exceptionAbortsAndArrivesUnchanged() throws Exception {
    call(bank, "deposit", 5L);
    IOException thrown = new IOException("checked");
    assertThatThrownBy(() -> call(bank, "fail", thrown)).isSameAs(thrown);
    assertThat(thrown.getSuppressed()).isEmpty();
    assertThat(cents()).isEqualTo(5);
  }

  @Test
  void failureOfAnInnerMethodFailsTheOuterOne() throws Exception {
    assertThatThrownBy(() -> call(bank, "nested", true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("an update inside this update has failed");
    assertThat(cents()).isZero();
    assertThat(call(bank, "asObject")).isEqualTo("");
  }

  @Test
  void readOnlyMethodIsAView() throws Exception {
    Runnable deposit = () -> inAnotherThread(() -> call(bank, "deposit", 3L));
    assertThat(call(bank, "isStable", deposit)).isEqualTo(true);
    assertThat(call(bank, "isUnchanged", deposit)).isEqualTo(true);
    assertThat(cents()).isEqualTo(6);
    assertThatThrownBy(() -> call(bank, "writeInAView")).isInstanceOf(ReadOnlyPoolException.class);
    assertThatThrownBy(() -> pool.view(() -> call(bank, "deposit", 1L)))
        .isInstanceOf(ReadOnlyPoolException.class);
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void inAnotherThread(Action action) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    action.run();
                  } catch (Exception e) {
                    failure.set(e);
                  }
                });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(failure.get()).isNull();
  }

  @Test
  void withoutAHandleThePoolIsTheOneInUse() throws Exception {
    Object plain = make(Bank.class);
    assertThatThrownBy(() -> call(plain, "deposit", 1L))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Bank.class.getName() + ".deposit is @Transactional")
        .hasMessageContaining("inside pool.update(...)");
    pool.update(() -> call(plain, "deposit", 1L));
    assertThat(call(plain, "total")).isEqualTo(1L);
    assertThatThrownBy(() -> call(plain, "deposit", 1L)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void handleDecidesBeforeThePoolInUse() throws Exception {
    try (Pool second = open("second")) {
      Object other = make(Bank.class);
      second.putRoot("bank", other);
      long before = second.stats().commits();
      assertThatThrownBy(
              () ->
                  pool.update(
                      () -> {
                        call(bank, "deposit", 1L);
                        call(other, "deposit", 1L);
                        throw new IllegalStateException("abort");
                      }))
          .hasMessage("abort");
      assertThat(cents()).isZero();
      assertThat(call(other, "total")).isEqualTo(1L);
      assertThat(second.stats().commits()).isEqualTo(before + 1);
    }
  }

  @Test
  void innermostTransactionOfSeveralPoolsIsInUse() throws Exception {
    Class<?> teller = loader.loadClass(Teller.class.getName());
    try (Pool second = open("second")) {
      Object other = make(Bank.class);
      second.putRoot("bank", other);
      long before = second.stats().commits();
      LongSupplier body =
          () -> {
            try {
              call(other, "deposit", 1L);
              return 1;
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          };
      pool.update(() -> second.update(() -> callStatic(teller, "call", body)));
      assertThat(second.stats().commits()).isEqualTo(before + 1);
      second.view(
          () -> {
            pool.update(() -> callStatic(teller, "call", (LongSupplier) () -> 2));
            assertThatThrownBy(() -> callStatic(teller, "call", body))
                .isInstanceOf(ReadOnlyPoolException.class);
          });
    }
    assertThatThrownBy(() -> callStatic(teller, "call", (LongSupplier) () -> 3))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void overridingMethodHasItsOwnAnnotationOrNone() throws Exception {
    Object second = make(Bank.class);
    pool.putRoot("second", second);
    long before = commits();
    Object chief = make(Teller.Chief.class);
    assertThat(pool.<Object, Exception>update(() -> call(chief, "both", bank, second)))
        .isEqualTo("chief teller");
    assertThat(commits()).isEqualTo(before + 1);
    assertThat(call(make(Teller.Careless.class), "both", bank, second)).isEqualTo("careless");
    assertThat(cents()).isEqualTo(2);
  }

  @Test
  void synchronizedMethodHoldsItsLockAroundTheTransaction() throws Exception {
    assertThat(call(bank, "holdsItsLock")).isEqualTo(true);
    Method method = bank.getClass().getMethod("holdsItsLock");
    Method body = bank.getClass().getDeclaredMethod("$basalt$body$holdsItsLock");
    assertThat(Modifier.isSynchronized(method.getModifiers())).isTrue();
    assertThat(Modifier.isSynchronized(body.getModifiers())).isFalse();
  }

  @Test
  void privateMethodsAndBridgeMethodsWork() throws Exception {
    assertThat(call(bank, "callHidden")).isEqualTo(1L);
    Class<?> auditable = loader.loadClass("dev.basalt.agent.fixture.Auditable");
    long before = commits();
    assertThat(auditable.getMethod("self").invoke(bank)).isSameAs(bank);
    assertThat(commits()).isEqualTo(before + 1);
    assertThat(bank.getClass().getDeclaredMethods())
        .filteredOn(m -> m.getName().equals("$basalt$body$self"))
        .hasSize(1);
  }

  @Test
  void methodKeepsItsDeclaration() throws Exception {
    Class<?> type = bank.getClass();
    Method rewritten = type.getMethod("generic", Comparable.class, Supplier.class);
    Method original = Bank.class.getMethod("generic", Comparable.class, Supplier.class);
    assertThat(rewritten.toGenericString()).isEqualTo(original.toGenericString());
    assertThat(rewritten.isAnnotationPresent(Transactional.class)).isTrue();
    assertThat(rewritten.getParameters()[0].getName()).isEqualTo("value");
    Method body = type.getDeclaredMethod("$basalt$body$generic", Comparable.class, Supplier.class);
    assertThat(body.isSynthetic() && Modifier.isPrivate(body.getModifiers())).isTrue();
    assertThat(body.getAnnotations()).isEmpty();
  }

  @Test
  void rewritingTwiceIsHarmless() throws Exception {
    for (Class<?> type : new Class<?>[] {Teller.class, Bank.class}) {
      loader.loadClass(type.getName());
      byte[] once = loader.rewritten.get(type.getName());
      assertThat(new ClassRewriter(loader::getResourceAsStream, text -> {}).rewrite(once))
          .isEmpty();
    }
  }
}

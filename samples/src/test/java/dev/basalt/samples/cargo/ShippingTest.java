package dev.basalt.samples.cargo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The same work with plain objects and with stored ones, here and in another JVM. */
class ShippingTest {
  @TestPool private PoolUnderTest pools;

  /** What happens to plain objects; transactional methods need some transaction around them. */
  private String plain() {
    return pools
        .pool()
        .update(
            () -> {
              Shipping plain = new Shipping();
              plain.found();
              plain.work();
              assertThat(Pool.isPersistent(plain)).isFalse();
              return plain.report();
            });
  }

  @Test
  void storedObjectsDoWhatPlainOnesDo() throws Exception {
    String once = plain();
    assertThat(once).contains("CLAIMED Stockholm", "off track", "Hong Kong: 4 visits");
    assertThat(stored()).isEqualTo(once);
    assertThat(pools.reopen().root("shipping", Shipping.class).orElseThrow().report())
        .isEqualTo(once);
    refusedBookingLeavesNothing();
    pools.close();
    assertThat(reportOfAnotherJvm()).isEqualTo(once);
    Shipping twice = pools.pool().root("shipping", Shipping.class).orElseThrow();
    assertThat(twice.booked()).isEqualTo(4);
    assertThat(twice.report()).contains("Cargo TrackingId[text=C004] of Acme");
  }

  private void refusedBookingLeavesNothing() {
    Shipping shipping = pools.pool().root("shipping", Shipping.class).orElseThrow();
    Party sender = new Party.Person("Eve", "evans", Optional.empty());
    String before = shipping.report();
    assertThatThrownBy(() -> shipping.book(sender, 0, "DEHAM", "SESTO", LocalDate.MAX))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a cargo of 0 kg");
    assertThat(shipping.booked()).isEqualTo(2);
    assertThat(shipping.report()).isEqualTo(before);
    assertThat(Pool.isPersistent(sender)).isFalse();
  }

  private String stored() {
    Shipping shipping = pools.pool().root("shipping", Shipping.class, Shipping::new);
    shipping.found();
    shipping.work();
    return shipping.report();
  }

  private String reportOfAnotherJvm() throws Exception {
    String classPath =
        System.getProperty(
            "surefire.test.class.path", System.getProperty("java.class.path") + File.pathSeparator);
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                classPath,
                Elsewhere.class.getName(),
                pools.file().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor()).as(output).isZero();
    return output;
  }
}

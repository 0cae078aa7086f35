package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.Threads;
import dev.basalt.log.CommitWords;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a Flight Recorder recording shows of transactions. */
class TransactionEventsTest {
  @RegisterExtension final Pools pools = new Pools();

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(e -> e.getEventType().getName().equals(name)).toList();
  }

  @Test
  void transactionsAreRecorded() throws IOException {
    try (Recording recording = new Recording()) {
      for (String name : List.of("Commit", "Conflict", "RunAlone", "SnapshotAge")) {
        recording.enable("dev.basalt." + name).withThreshold(Duration.ZERO);
      }
      recording.start();
      Pool pool = pools.open();
      Item root = pool.root("root", Item.class, () -> new Item(0));
      AtomicInteger attempts = new AtomicInteger();
      pool.update(
          () -> {
            long before = root.number();
            if (attempts.incrementAndGet() <= 4) {
              Threads.inOther(() -> root.number(root.number() + 1));
            }
            root.number(before + 1);
          });
      Snapshots snapshots = new Snapshots(new CommitWords(), 5);
      SnapshotWatch watch = new SnapshotWatch("watched", snapshots);
      try (Snapshots.Snapshot _ = snapshots.takeView()) {
        watch.look();
        watch.look(); // of the latest state, for which nothing is kept
        snapshots.publish(6);
        watch.look();
      }
      watch.look();
      recording.stop();
      Path file = pools.folder().resolve("events.jfr");
      recording.dump(file);
      List<RecordedEvent> events = RecordingFile.readAllEvents(file);

      String name = pool.path().toString();
      assertThat(named(events, "dev.basalt.Commit"))
          .hasSize((int) pool.stats().commits())
          .allMatch(event -> event.getString("pool").equals(name))
          .extracting(event -> event.getLong("logPosition"))
          .doesNotHaveDuplicates();
      assertThat(named(events, "dev.basalt.Conflict"))
          .extracting(event -> event.getInt("count"))
          .containsExactly(1, 2, 3, 4);
      assertThat(named(events, "dev.basalt.RunAlone")).hasSize(1);
      assertThat(named(events, "dev.basalt.SnapshotAge"))
          .singleElement()
          .satisfies(event -> assertThat(event.getLong("version")).isEqualTo(5));
    }
  }
}

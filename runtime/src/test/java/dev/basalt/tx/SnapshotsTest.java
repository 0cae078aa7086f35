package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  @Test
  void oldestIsTheLeastRegistered() {
    Snapshots snapshots = new Snapshots(5);
    assertThat(snapshots.oldest()).isEqualTo(Snapshots.NONE);
    List<Snapshots.Snapshot> taken = new ArrayList<>();
    for (int version = 5; version < 305; version++) {
      taken.add(snapshots.take());
      snapshots.announce(version + 1);
      snapshots.publish(version + 1);
    }
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i).version()).isEqualTo(5 + i);
      assertThat(snapshots.oldest()).isEqualTo(5 + i);
      taken.get(i).close();
    }
    assertThat(snapshots.oldest()).isEqualTo(Snapshots.NONE);
  }

  /** Either the writer sees the reader's slot, or the reader takes the new state. */
  @Test
  void noSnapshotIsMissedByAWriter() throws Exception {
    Snapshots snapshots = new Snapshots(0);
    long commits = 200_000;
    AtomicReference<String> failure = new AtomicReference<>();
    // What the last commit that saw no snapshot older than itself has overwritten for ever.
    long[] lost = new long[1];
    Thread[] readers = new Thread[2];
    for (int t = 0; t < readers.length; t++) {
      readers[t] =
          new Thread(
              () -> {
                long version;
                do {
                  try (Snapshots.Snapshot snapshot = snapshots.take()) {
                    version = snapshot.version();
                    if (lost[0] > version) {
                      failure.set("snapshot " + version + " has lost " + lost[0]);
                    }
                  }
                } while (version < commits && failure.get() == null);
              });
      readers[t].start();
    }
    for (long commit = 1; commit <= commits; commit++) {
      snapshots.announce(commit);
      if (snapshots.oldest() >= commit) {
        lost[0] = commit;
      }
      snapshots.publish(commit);
    }
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(failure.get()).isNull();
  }

  @Test
  void versionStoreFindsWhatEachSnapshotNeeds() {
    VersionStore store = new VersionStore();
    // Object 16 had version 1 and was overwritten by the commits 4, 7 and 9.
    store.add(16, 1, 4, new long[] {1});
    store.add(32, 2, 4, new long[] {32});
    store.add(16, 4, 7, new long[] {4});
    store.add(16, 7, 9, new long[] {7});
    long[] expected = {-1, 1, 1, 1, 4, 4, 4, 7, 7, -1, -1};
    for (int snapshot = 0; snapshot < expected.length; snapshot++) {
      long[] words = store.find(16, snapshot);
      assertThat(words == null ? -1 : words[0])
          .as("snapshot %d", snapshot)
          .isEqualTo(expected[snapshot]);
    }
    assertThat(store.find(48, 5)).isNull();
    store.trim(4);
    assertThat(store.find(16, 4)).containsExactly(4);
    assertThat(store.find(16, 3)).isNull();
    assertThat(store.find(32, 3)).isNull();
    store.trim(8);
    assertThat(store.find(16, 8)).containsExactly(7);
    store.trim(Snapshots.NONE);
    assertThat(store.isEmpty()).isTrue();
    assertThat(store.bytes()).isZero();
  }
}

package dev.basalt.tx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.log.CommitWords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  /** What is waited for does not come. */
  private static final Duration SHORT = Duration.ofMillis(50);

  private static final Duration LONG = Duration.ofSeconds(60);

  /** The gate only asks whether it is another one. */
  @SuppressWarnings("NullAway")
  private static final Update NO_UPDATE = null;

  @Test
  void oldestIsTheLeastRegistered() {
    Snapshots snapshots = new Snapshots(new CommitWords(), 5);
    assertThat(snapshots.oldest()).isEqualTo(Snapshots.NONE);
    List<Snapshots.Snapshot> taken = new ArrayList<>();
    for (int version = 5; version < 305; version++) {
      taken.add(snapshots.takeView());
      snapshots.announce();
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
    Snapshots snapshots = new Snapshots(new CommitWords(), 0);
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
                  try (Snapshots.Snapshot snapshot = snapshots.takeView()) {
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
      snapshots.announce();
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

  /** Commit 1, published and not yet in place; to be closed when it is. */
  private static Snapshots.Snapshot publishedAhead(Snapshots snapshots) {
    Snapshots.Snapshot update = snapshots.takeUpdate(0);
    snapshots.announce();
    snapshots.publishAhead(1, update);
    return update;
  }

  /** A view that another thread begins, once it is registered. */
  private static CompletableFuture<Long> viewBegun(Snapshots snapshots) {
    CompletableFuture<Long> view =
        CompletableFuture.supplyAsync(() -> snapshots.takeView().version());
    while (snapshots.oldest() == Snapshots.NONE) {
      Thread.onSpinWait();
    }
    return view;
  }

  @Test
  void viewBeginsWhenItsCommitIsInPlace() {
    Snapshots snapshots = new Snapshots(new CommitWords(), 0);
    Snapshots.Snapshot commit = publishedAhead(snapshots);
    assertThat(snapshots.published()).isEqualTo(1);
    assertThat(snapshots.isApplying()).isTrue();
    assertThat(snapshots.oldest()).isEqualTo(Snapshots.NONE);
    CompletableFuture<Long> view = viewBegun(snapshots);
    assertThat(view).failsWithin(SHORT);
    commit.close();
    assertThat(view).succeedsWithin(LONG).isEqualTo(1L);
    assertThat(snapshots.isApplying()).isFalse();
  }

  /** A commit that follows the one that the view sees is not waited for. */
  @Test
  void viewDoesNotWaitForLaterCommits() {
    Snapshots snapshots = new Snapshots(new CommitWords(), 0);
    Snapshots.Snapshot first = publishedAhead(snapshots);
    CompletableFuture<Long> view = viewBegun(snapshots);
    assertThat(view).failsWithin(SHORT);
    snapshots.announce();
    snapshots.publishAhead(2, snapshots.takeUpdate(0));
    first.close();
    assertThat(view).succeedsWithin(LONG).isEqualTo(1L);
  }

  @Test
  void commitLockIsTakenWhenAllIsInPlaceUnlessTheCallerNeedsNot() {
    CommitWords words = new CommitWords();
    Snapshots snapshots = new Snapshots(words, 0);
    CommitLock lock = new CommitLock(words, snapshots);
    lock.lockAhead();
    Snapshots.Snapshot commit = publishedAhead(snapshots);
    lock.unlock();
    lock.lockAhead();
    lock.unlock();
    CompletableFuture<Void> locked = CompletableFuture.runAsync(lock::lock);
    assertThat(locked).failsWithin(SHORT);
    commit.close();
    assertThat(locked).succeedsWithin(LONG);
  }

  @Test
  void largerCommitAndSweepBeginWhenAllIsInPlace() {
    CommitWords words = new CommitWords();
    Snapshots snapshots = new Snapshots(words, 0);
    Gate gate = new Gate(new CommitLock(words, snapshots));
    for (Consumer<Update> lock : List.<Consumer<Update>>of(gate::lockCommit, gate::lockSweep)) {
      gate.lockCommitAhead(NO_UPDATE);
      Snapshots.Snapshot commit = publishedAhead(snapshots);
      gate.unlockCommit();
      CompletableFuture<Void> locked = CompletableFuture.runAsync(() -> lock.accept(NO_UPDATE));
      assertThat(locked).failsWithin(SHORT);
      commit.close();
      assertThat(locked).succeedsWithin(LONG);
      gate.unlockCommit();
    }
  }

  @Test
  void poolIsNotClosedBeforeAllIsInPlace() {
    Snapshots snapshots = new Snapshots(new CommitWords(), 0);
    Snapshots.Snapshot commit = publishedAhead(snapshots);
    CompletableFuture<Void> none = CompletableFuture.runAsync(() -> snapshots.awaitNone(() -> {}));
    assertThat(none).failsWithin(SHORT);
    commit.close();
    assertThat(none).succeedsWithin(LONG);
  }

  /** The register of a pool in which views of some commits run. */
  private static Snapshots.Registered viewsOf(long... versions) {
    Snapshots snapshots = new Snapshots(new CommitWords(), 0);
    for (long version : versions) {
      snapshots.publish(version);
      snapshots.takeView();
    }
    return snapshots.look(new Snapshots.Registered());
  }

  @Test
  void versionStoreFindsWhatEachSnapshotNeeds() {
    VersionStore store = new VersionStore();
    Snapshots.Registered all = viewsOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    // Object 16 had version 1 and was overwritten by the commits 4, 7 and 9.
    store.add(16, 1, 4, new long[] {1}, all);
    store.add(32, 2, 4, new long[] {32}, all);
    store.add(16, 4, 7, new long[] {4}, all);
    store.add(16, 7, 9, new long[] {7}, all);
    long[] expected = {-1, 1, 1, 1, 4, 4, 4, 7, 7, -1, -1};
    for (int snapshot = 0; snapshot < expected.length; snapshot++) {
      long[] words = store.find(16, snapshot);
      assertThat(words == null ? -1 : words[0])
          .as("snapshot %d", snapshot)
          .isEqualTo(expected[snapshot]);
    }
    assertThat(store.find(48, 5)).isNull();
    store.trim(viewsOf(8));
    assertThat(store.find(16, 8)).containsExactly(7);
    assertThat(store.find(32, 3)).isNull();
    store.trim(viewsOf());
    assertThat(store.isEmpty()).isTrue();
    assertThat(store.bytes()).isZero();
  }

  /** An object that is overwritten all the time beside one old view takes the room of one image. */
  @Test
  void versionStoreKeepsOnlyWhatIsNeeded() {
    VersionStore store = new VersionStore();
    for (long commit = 4; commit < 1000; commit++) {
      store.add(16, commit - 1, commit, new long[4], viewsOf(3, commit - 1));
    }
    assertThat(store.bytes()).isLessThanOrEqualTo(2 * 4 * Long.BYTES);
    assertThat(store.find(16, 3)).isNotNull();
  }

  @Test
  void versionStoreKnowsTheLastChangeOfABlock() {
    VersionStore store = new VersionStore();
    store.add(Blocks.key(1024, 1), 0, 5, null, viewsOf(4));
    store.add(Blocks.key(1024, 1), 0, 8, null, viewsOf(4));
    assertThat(store.lastChange(Blocks.key(1024, 1))).isEqualTo(8);
    assertThat(store.lastChange(Blocks.key(1024, 0))).isZero();
    assertThat(store.find(Blocks.key(1024, 1), 4)).isNull();
  }
}

package dev.basalt.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who flushes, for whom, and who is waited for. The time is the test's. */
@Timeout(60)
final class FlushGroupTest {
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  private final AtomicLong nanos = new AtomicLong();
  private final FlushGroup group = new FlushGroup(nanos::get);
  private final AtomicInteger appended = new AtomicInteger();
  private volatile int durable;

  @AfterEach
  void letWaitingLeadersGo() {
    nanos.addAndGet(TimeUnit.DAYS.toNanos(1));
  }

  private boolean commitLeads() {
    int mine = appended.incrementAndGet();
    return group.lead(() -> durable >= mine);
  }

  private CompletableFuture<Boolean> other() {
    return CompletableFuture.supplyAsync(this::commitLeads, THREADS);
  }

  /** Ends a flush of the leader's that has taken a second. */
  private void handOver(int reached) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    group.handOver(() -> durable = reached);
  }

  private void awaitSize(int size) throws InterruptedException {
    while (group.size() < size) {
      Thread.sleep(1);
    }
  }

  @Test
  void oneAloneWaitsForNobody() {
    for (int i = 1; i <= 3; i++) {
      oneAlone(i);
    }
  }

  @Test
  void leaderWaitsForTheOneWhoseCommitWasMadeDurableBefore() throws Exception {
    CompletableFuture<Boolean> second = secondComesDuringFlush();
    handOver(1);
    assertThat(second.get()).isTrue();
    CompletableFuture<Void> gathered = CompletableFuture.runAsync(group::gather, THREADS);
    Thread.sleep(20);
    assertThat(gathered).isNotDone();
    CompletableFuture<Boolean> first = other();
    gathered.get();
    int end = appended.get();
    handOver(end);
    assertThat(first.get()).isFalse();
    assertThat(end).isEqualTo(3);
  }

  @Test
  void whoDoesNotComeIsWaitedForOnceAndForAPartOfAFlush() throws Exception {
    leaderWaitsForTheOneWhoseCommitWasMadeDurableBefore();
    assertThat(commitLeads()).isTrue();
    gatherInVain();
    handOver(4);
    oneAlone(5);
  }

  /** Waits for somebody who does not come. */
  private void gatherInVain() throws Exception {
    CompletableFuture<Void> gathered = CompletableFuture.runAsync(group::gather, THREADS);
    Thread.sleep(20);
    assertThat(gathered).isNotDone();
    while (!gathered.isDone()) {
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) / 4);
      Thread.sleep(1);
    }
  }

  private void oneAlone(int position) {
    assertThat(commitLeads()).isTrue();
    group.gather(); // would not end if it waited: the clock stands still
    handOver(position);
  }

  private CompletableFuture<Boolean> secondComesDuringFlush() throws InterruptedException {
    assertThat(commitLeads()).isTrue();
    group.gather();
    CompletableFuture<Boolean> second = other();
    awaitSize(2);
    return second;
  }

  @Test
  void whoIsMadeDurableWithoutBeingCountedIsNotExpectedForEver() throws Exception {
    CompletableFuture<Boolean> second = secondComesDuringFlush();
    handOver(2); // the flush has met its record, too
    assertThat(second.get()).isFalse();
    assertThat(commitLeads()).isTrue();
    gatherInVain();
    handOver(3);
    oneAlone(4);
    oneAlone(5);
  }

  @Test
  void afterAFailureTheNextLeads() throws Exception {
    assertThat(commitLeads()).isTrue();
    CompletableFuture<Boolean> second = other();
    awaitSize(2);
    group.gather();
    handOver(0);
    assertThat(second.get()).isTrue();
    gatherInVain();
    handOver(2);
    oneAlone(3);
    oneAlone(4);
  }
}

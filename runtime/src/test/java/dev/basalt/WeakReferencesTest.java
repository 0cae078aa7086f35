package dev.basalt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.basalt.annotation.Weak;
import dev.basalt.crash.PoolVerifier;
import dev.basalt.error.CrossPoolReferenceException;
import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.fixture.DynamicObject;
import dev.basalt.fixture.Item;
import dev.basalt.fixture.Pools;
import dev.basalt.fixture.RightSums;
import dev.basalt.fixture.SourceLoader;
import dev.basalt.fixture.Threads;
import dev.basalt.fixture.WeakItem;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.object.ObjectSpace;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A weak field does not keep its target, and is null once that has been reclaimed. */
class WeakReferencesTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");

  /** More than a reclaimer needs to come by. */
  private static final int ROUNDS_MAX = 3_000_000;

  @RegisterExtension final Pools pools = new Pools();

  private static WeakItem holder(Pool pool) {
    return pool.root("holder", WeakItem.class, () -> new WeakItem(0));
  }

  private static Item keeper(Pool pool) {
    return pool.root("keeper", Item.class, () -> new Item(0));
  }

  /** Lets the JVM clear handles that nobody holds, and reclaims, until a field is null. */
  private static void reclaimUntilNull(Pool pool) throws InterruptedException {
    for (int attempt = 0; attempt < 50; attempt++) {
      System.gc();
      pool.reclaim();
      if (isNull(pool)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError("the weak field still has a target");
  }

  private static boolean isNull(Pool pool) {
    return holder(pool).weakObject() == null;
  }

  /** A target that the keeper and the weak field refer to. */
  private static void makeTarget(Pool pool, long number) {
    pool.update(
        () -> {
          keeper(pool).next(new Item(number));
          holder(pool).weak(keeper(pool).next());
        });
  }

  @Test
  void fieldIsNullOnceItsTargetIsReclaimed() throws InterruptedException {
    Pool pool = pools.open();
    makeTarget(pool, 7);
    pool.reclaim();
    assertThat(holder(pool).weak().number()).isEqualTo(7);
    Pool again = pools.reopen(pool);
    again.reclaim();
    assertThat(holder(again).weakObject()).isSameAs(keeper(again).next());
    keeper(again).next(null);
    assertThat(holder(again).weak().number()).isEqualTo(7); // it is only waiting to be reclaimed
    reclaimUntilNull(again);
    assertThat(again.stats().limboObjects()).isZero();
    Pool third = pools.reopen(again);
    assertThat(isNull(third)).isTrue();
    makeTarget(third, 8);
    assertThat(holder(third).weak().number()).isEqualTo(8);
  }

  @Test
  void storedPlainObjectLivesAsLongAsItsHandle() throws InterruptedException {
    Pool pool = pools.open();
    Item target = new Item(5);
    target.name("a name that has a place of its own");
    holder(pool).weak(target);
    assertThat(Pool.isPersistent(target)).isTrue();
    System.gc();
    pool.reclaim();
    assertThat(holder(pool).weakObject()).isSameAs(target);
    Reference.reachabilityFence(target);
    target = null;
    reclaimUntilNull(pool);
  }

  @Test
  void whatWasFoundByAWeakFieldCanBeStoredAgain() {
    Pool pool = pools.open();
    makeTarget(pool, 3);
    keeper(pool).next(null);
    keeper(pool).other(holder(pool).weak());
    System.gc();
    pool.reclaim();
    assertThat(holder(pool).weakObject()).isSameAs(keeper(pool).other());
    assertThat(pool.stats().limboObjects()).isZero();
  }

  @Test
  void allFieldsWithTheSameTargetBecomeNullTogether() throws InterruptedException {
    Pool pool = pools.open();
    makeTarget(pool, 1);
    long proxies = pool.stats().objects();
    pool.update(
        () -> {
          Item at = keeper(pool);
          for (int i = 0; i < 100; i++) {
            WeakItem another = new WeakItem(i);
            another.weak(holder(pool).weak());
            at.other(another);
            at = another;
          }
        });
    assertThat(pool.stats().objects()).isEqualTo(proxies + 100);
    keeper(pool).next(null);
    reclaimUntilNull(pool);
    for (Item at = keeper(pool).other(); at != null; at = at.other()) {
      assertThat(((WeakItem) at).weakObject()).isNull();
    }
  }

  /** A tree whose children know their parents weakly needs no collection of cycles. */
  @Test
  void treeWithWeakParentsIsReclaimedByCounts() throws InterruptedException {
    Pool pool = pools.open(pools.builder("tree").logSize(1 << 20).durability(Durability.ASYNC));
    holder(pool);
    keeper(pool);
    pool.update(() -> keeper(pool).next(tree(null, STRESS ? 15 : 9)));
    Item leaf = keeper(pool).next();
    while (leaf.next() != null) {
      assertThat(((WeakItem) leaf.next()).weakObject()).isSameAs(leaf);
      leaf = leaf.next();
    }
    leaf = null;
    keeper(pool).next(null);
    for (int attempt = 0; attempt < 50 && pool.stats().limboObjects() > 0; attempt++) {
      System.gc();
      pool.reclaim();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    pool.close();
    PoolVerifier.verify(pool.path());
    CheckReport report = Pool.check(pool.path());
    assertThat(report.limboObjects()).isZero();
    Pool again = pools.open(pools.builder("tree"));
    // roots, holder, keeper, types; and the nodes of the index, which stay
    assertThat(again.stats().objects()).isLessThan(STRESS ? 5000 : 200);
  }

  private static WeakItem tree(WeakItem parent, int depth) {
    WeakItem node = new WeakItem(depth);
    node.weak(parent);
    if (depth > 0) {
      node.next(tree(node, depth - 1));
      node.other(tree(node, depth - 1));
    }
    return node;
  }

  @Test
  void abortedUpdateLeavesWeakFieldsAsTheyWere() {
    Pool pool = pools.open();
    makeTarget(pool, 1);
    Item target = keeper(pool).next();
    assertThatThrownBy(
            () ->
                pool.update(
                    () -> {
                      holder(pool).weak(new Item(2));
                      WeakItem other = new WeakItem(3);
                      other.weak(keeper(pool));
                      keeper(pool).other(other);
                      throw new IllegalStateException("on purpose");
                    }))
        .hasMessage("on purpose");
    assertThat(holder(pool).weakObject()).isSameAs(target);
    PoolVerifier.verify(pool);
  }

  private record Pair(String name, @Weak Object value) {}

  @Test
  void whatAWeakFieldCannotReferToIsRefused() {
    Pool pool = pools.open();
    Pool other = pools.open("other");
    makeTarget(pool, 1);
    for (Object value : List.of("text", 1, new int[1], new ArrayList<>(), List.of())) {
      assertThatThrownBy(() -> holder(pool).weak(value))
          .isInstanceOf(UnsupportedTypeException.class)
          .hasMessageContaining("WeakItem.weak")
          .hasMessageContaining("can only refer to an object of a @Persistent class");
    }
    assertThatThrownBy(() -> holder(pool).weak(keeper(other)))
        .isInstanceOf(CrossPoolReferenceException.class);
    assertThatThrownBy(() -> keeper(pool).value(new Pair("name", keeper(pool))))
        .isInstanceOf(UnsupportedTypeException.class)
        .hasMessageContaining("Pair.value is @Weak, but records are stored by value");
    assertThat(holder(pool).weak().number()).isEqualTo(1);
  }

  // ---- cycles

  private static void makeRing(Pool pool) {
    pool.update(
        () -> {
          WeakItem a = new WeakItem(1);
          WeakItem b = new WeakItem(2);
          a.next(b);
          b.next(a);
          a.weak(b);
          b.weak(a);
          keeper(pool).next(a);
          holder(pool).weak(b);
        });
  }

  private static void collectUntilNull(Pool pool) throws InterruptedException {
    for (int attempt = 0; attempt < 50; attempt++) {
      System.gc();
      long _ = pool.collectCycles();
      if (isNull(pool)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError("the weak field still has a target");
  }

  @Test
  void weakReferenceIntoACycleIsNullOnceThatIsCollected() throws InterruptedException {
    Pool pool = pools.open();
    makeRing(pool);
    assertThat(pool.collectCycles()).isZero();
    assertThat(holder(pool).weak().number()).isEqualTo(2);
    keeper(pool).next(null);
    collectUntilNull(pool);
    PoolVerifier.verify(pool);
  }

  @Test
  void cycleWithAHandleFoundByAWeakReferenceStays() throws InterruptedException {
    Pool pool = pools.open();
    makeRing(pool);
    keeper(pool).next(null);
    WeakItem b = (WeakItem) holder(pool).weakObject();
    for (int i = 0; i < 3; i++) {
      System.gc();
      assertThat(pool.collectCycles()).isZero();
    }
    assertThat(b.next().number()).isEqualTo(1);
    assertThat(((WeakItem) b.next()).weakObject()).isSameAs(b);
    assertThat(holder(pool).weakObject()).isSameAs(b);
    Reference.reachabilityFence(b);
    b = null;
    collectUntilNull(pool);
  }

  // ---- compaction and changes of shape

  @Test
  void compactedPoolHasTheWeakReferencesThatStillLeadSomewhere() throws InterruptedException {
    Pool pool = pools.open();
    pool.update(
        () -> {
          Item at = keeper(pool);
          for (int i = 0; i < 300; i++) {
            WeakItem item = new WeakItem(i);
            item.weak(i % 3 == 0 ? new Item(1000 + i) : at);
            at.next(item);
            at = item;
          }
          holder(pool).weak(at);
        });
    pool.close();
    Path compacted = pools.file("compacted");
    CompactionReport _ = Pool.compact(pool.path(), compacted);
    PoolVerifier.verify(compacted);
    Pool again = pools.open(pools.builder("compacted").mode(OpenMode.OPEN));
    Item last = keeper(again);
    while (last.next() != null) {
      WeakItem next = (WeakItem) last.next();
      assertThat(next.weakObject()).isSameAs(next.number() % 3 == 0 ? null : last);
      last = next;
    }
    assertThat(holder(again).weakObject()).isSameAs(last);
    PoolVerifier.verify(again);
    last = null;
    keeper(again).next(null);
    reclaimUntilNull(again);
  }

  @Test
  void fieldsBecomeWeakAndStrongAndTargetsMove() throws InterruptedException {
    SourceLoader before =
        SourceLoader.of(
            "@Persistent class Node { int n; @Weak Node weak; Node strong; Node next; }");
    SourceLoader after =
        SourceLoader.of(
            "@Persistent class Node { int n; Node weak; @Weak Node strong; Node next; long more;"
                + " String text; }");
    Pool pool = pools.open(pools.builder("shapes").classLoader(before));
    pool.update(
        () -> {
          DynamicObject first = before.make("Node").set("n", 1);
          DynamicObject second = before.make("Node").set("n", 2);
          first.set("weak", second).set("strong", second).set("next", second);
          second.set("weak", first).set("strong", before.make("Node").set("n", 3));
          pool.putRoot("first", first);
        });
    pool.close();
    Pool changed = pools.open(pools.builder("shapes").classLoader(after));
    changed.reclaim();
    DynamicObject first = changed.root("first", DynamicObject.class).orElseThrow();
    DynamicObject second = (DynamicObject) first.get("next");
    assertThat(first.get("weak")).isSameAs(second);
    assertThat(first.get("strong")).isSameAs(second);
    assertThat(second.get("weak")).isSameAs(first);
    assertThat(second.get("strong")).as("nothing kept it any more").isNull();
    PoolVerifier.verify(changed);
    changed.update(() -> second.set("weak", null));
    changed.close();
    Pool back = pools.open(pools.builder("shapes").classLoader(before));
    DynamicObject node = back.root("first", DynamicObject.class).orElseThrow();
    assertThat(node.get("weak")).isSameAs(node.get("next"));
    assertThat(node.get("strong")).isSameAs(node.get("next"));
  }

  // ---- faults and races

  @Test
  void checkFindsAProxyThatLeadsAstray() throws IOException {
    Pool pool = pools.open();
    makeTarget(pool, 1);
    pool.close();
    pools.doNotVerify(pool.path());
    byte[] sound = Files.readAllBytes(pool.path());
    ByteBuffer bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int proxy = findProxy(bytes);
    long object = bytes.getLong(proxy + WeakProxyFormat.OBJECT);
    for (long wrong : new long[] {object + 16, proxy}) {
      bytes.putLong(proxy + WeakProxyFormat.TARGET, wrong);
      assertThat(findings(pool.path(), bytes)).containsExactly(CheckReport.Kind.WEAK);
    }
    for (long wrong : new long[] {object + 16, proxy}) {
      bytes.putLong(proxy + WeakProxyFormat.OBJECT, wrong);
      bytes.putLong(proxy + WeakProxyFormat.TARGET, wrong);
      assertThat(findings(pool.path(), bytes)).containsExactly(CheckReport.Kind.WEAK);
    }
    Files.write(pool.path(), sound);
    assertThat(Pool.check(pool.path()).isClean()).isTrue();
  }

  private static List<CheckReport.Kind> findings(Path file, ByteBuffer bytes) throws IOException {
    RightSums.in(bytes.array(), Pools.LOG_SIZE);
    Files.write(file, bytes.array());
    return Pool.check(file).findings().stream().map(CheckReport.Finding::kind).toList();
  }

  private static int findProxy(ByteBuffer bytes) {
    for (int at = (int) Geometry.heapOffset(Pools.LOG_SIZE); at < bytes.limit() - 32; at += 16) {
      long object = bytes.getLong(at + WeakProxyFormat.OBJECT);
      if (bytes.getInt(at + ObjectFormat.CLASS_ID) == ClassIds.WEAK_PROXY
          && bytes.getInt(at + ObjectFormat.COUNT) == 2
          && object != 0
          && object == bytes.getLong(at + WeakProxyFormat.TARGET)) {
        return at;
      }
    }
    throw new AssertionError("there is no proxy");
  }

  /** Targets come and go; whoever reads a weak field gets the right one or null. */
  @Test
  void readersAndReclaimersMeet() throws Exception {
    int holders = 4;
    int rounds = STRESS ? 100_000 : 3000;
    Pool pool = pools.open(pools.builder("race").durability(Durability.ASYNC).logSize(1 << 20));
    for (int i = 0; i < holders; i++) {
      pool.putRoot("holder" + i, new WeakItem(i));
    }
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong found = new AtomicLong();
    AtomicLong gone = new AtomicLong();
    CompletableFuture<Void> reclaimer =
        Threads.start(
            () -> {
              for (int n = 0; !done.get(); n++) {
                pool.reclaim();
                if (n % 50 == 0) {
                  long _ = pool.collectCycles();
                  System.gc();
                }
              }
            });
    try {
      Threads.inParallel(
          holders,
          i -> {
            WeakItem mine = pool.root("holder" + i, WeakItem.class).orElseThrow();
            // On a busy machine the reclaimer comes late.
            for (int n = 0; n < rounds || (gone.get() == 0 && n < ROUNDS_MAX); n++) {
              int number = n;
              if (n % 20 == 0) {
                pool.update(
                    () -> {
                      mine.amount(number);
                      Item target = new Item(mine.number());
                      target.amount(number);
                      target.next(number % 40 == 0 ? target : null);
                      mine.weak(target);
                    });
              }
              WeakItem other =
                  pool.root("holder" + (i + n) % holders, WeakItem.class).orElseThrow();
              pool.view(
                  () -> {
                    Item target = other.weak();
                    if (target == null) {
                      gone.incrementAndGet();
                    } else {
                      found.incrementAndGet();
                      assertThat(target.number()).isEqualTo(other.number());
                      assertThat(target.amount()).isEqualTo(other.amount());
                    }
                  });
            }
          });
    } finally {
      done.set(true);
    }
    reclaimer.join();
    System.out.printf("weak reads: %d found a target, %d null%n", found.get(), gone.get());
    assertThat(found.get()).isPositive();
    assertThat(gone.get()).isPositive();
    PoolVerifier.verifySound(pool);
    for (int i = 0; i < holders; i++) {
      pool.root("holder" + i, WeakItem.class).orElseThrow().weak(null);
    }
    for (int attempt = 0; attempt < 50 && pool.check().unreachableObjects() > 0; attempt++) {
      System.gc();
      long _ = pool.collectCycles();
    }
  }

  private static void makeManyTargets(Pool pool, int count) {
    pool.update(
        () -> {
          for (int i = 0; i < count; i++) {
            WeakItem item = new WeakItem(i);
            item.other(new Item(-i));
            item.weak(item.other());
            item.next(keeper(pool).next());
            keeper(pool).next(item);
          }
        });
  }

  @Test
  void indexHasNothingLeftOfTargetsThatAreGone() throws InterruptedException {
    Pool pool = pools.open();
    makeManyTargets(pool, 1);
    keeper(pool).next(null);
    reclaimAll(pool);
    long objects = pool.stats().objects();
    makeManyTargets(pool, 1000);
    keeper(pool).next(null);
    reclaimAll(pool);
    assertThat(pool.stats().objects()).isEqualTo(objects);
  }

  /** Lets the JVM clear all handles, and reclaims, until limbo is empty. */
  private static void reclaimAll(Pool pool) throws InterruptedException {
    for (int attempt = 0; attempt < 50; attempt++) {
      System.gc();
      pool.reclaim();
      if (pool.stats().handles() == 0 && pool.stats().limboObjects() == 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** A collection of cycles may work on a state from before the pool's first weak reference. */
  @Test
  void firstWeakReferenceIsNotThereForWhoeverSeesAnOlderState() {
    Pool pool = pools.open("test");
    WeakItem holder = holder(pool);
    Item keeper = keeper(pool);
    ObjectSpace space = holder.$basalt$space();
    pool.view(
        () -> {
          assertThat(holder.weakObject()).isNull();
          Threads.inOther(() -> holder.weak(keeper));
          space
              .weakReferences()
              .clear(
                  space.transactions().current(),
                  target -> {
                    throw new AssertionError("met the reference to " + target);
                  },
                  () -> {});
          return null;
        });
    assertThat(holder.weakObject()).isSameAs(keeper);
  }

  /** The index of an older snapshot leads to the proxies of targets that have been freed since. */
  @Test
  void proxyIsNotFreedBeforeTheSnapshotsWhoseIndexLeadsToIt() throws InterruptedException {
    Pool pool = pools.open("test");
    pool.update(
        () -> {
          keeper(pool).next(new Item(1));
          holder(pool).weak(keeper(pool).next());
        });
    holder(pool).weak(null);
    keeper(pool).next(null);
    long before = pool.stats().objects();
    pool.view(
        () -> {
          for (int i = 0; pool.stats().objects() == before; i++) {
            assertThat(i).as("collections until the target is freed").isLessThan(50);
            System.gc();
            Threads.inOther(pool::reclaim);
          }
          assertThat(pool.stats().objects()).isEqualTo(before - 1);
          assertThat(pool.stats().limboObjects()).as("the proxy").isEqualTo(1);
          return null;
        });
    pool.reclaim();
    assertThat(pool.stats().objects()).isLessThan(before - 1);
    assertThat(pool.stats().limboObjects()).isZero();
    assertThat(pool.check().unreachableObjects()).isZero();
  }
}

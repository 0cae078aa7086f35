package dev.basalt.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.annotation.Weak;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Weak fields of rewritten classes. */
class WeakFieldsIT {
  /** A tree whose children know their parent, and an element that somebody else may keep. */
  @Persistent
  static class Branch {
    private final String name;
    @Weak private Branch parent;
    private final List<Branch> children = new ArrayList<>();

    Branch(String name) {
      this.name = name;
    }

    Branch add(String child) {
      Branch branch = new Branch(child);
      branch.parent = this;
      children.add(branch);
      return branch;
    }

    String path() {
      return parent == null ? name : parent.path() + "/" + name;
    }
  }

  private static Branch root(Pool pool) {
    return pool.root("tree", Branch.class, () -> new Branch("root"));
  }

  private static void makeTree(Pool pool) {
    pool.update(
        () -> {
          Branch trunk = root(pool).add("trunk");
          for (int i = 0; i < 50; i++) {
            trunk.add("branch " + i).add("leaf");
          }
        });
  }

  private static Branch leaf(Pool pool, int i) {
    return root(pool).children.getFirst().children.get(i).children.getFirst();
  }

  @Test
  void plainWeakFieldIsAnOrdinaryOne() {
    Branch root = new Branch("a");
    assertThat(root.add("b").add("c").path()).isEqualTo("a/b/c");
  }

  @Test
  void childrenKnowTheirParentsAlsoAfterReopening(@TestPool PoolUnderTest pools) {
    makeTree(pools.pool());
    assertThat(leaf(pools.pool(), 7).path()).isEqualTo("root/trunk/branch 7/leaf");
    Pool reopened = pools.reopen();
    assertThat(leaf(reopened, 49).path()).isEqualTo("root/trunk/branch 49/leaf");
    assertThat(leaf(reopened, 3).parent)
        .isSameAs(root(reopened).children.getFirst().children.get(3));
  }

  /**
   * Parents are referred to weakly, so a dropped tree is no cycle; what is kept loses its parent.
   */
  @Test
  void droppedTreeIsReclaimedByCountsAndWhatIsKeptHasNoParentAnyMore(@TestPool PoolUnderTest pools)
      throws InterruptedException {
    Pool pool = pools.pool();
    makeTree(pool);
    keepALeaf(pool);
    assertThat(kept(pool).path()).isEqualTo("root/trunk/branch 5/leaf");
    root(pool).children.clear();
    for (int attempt = 0; attempt < 100 && kept(pool).parent != null; attempt++) {
      System.gc();
      pool.reclaim();
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(kept(pool).path()).isEqualTo("leaf");
    assertThat(pool.check().unreachableObjects()).isZero();
    pool.putRoot("kept", root(pool).add("again"));
    assertThat(kept(pool).path()).isEqualTo("root/again");
    assertThat(pools.reopen().root("kept", Branch.class).orElseThrow().path())
        .isEqualTo("root/again");
  }

  private static void keepALeaf(Pool pool) {
    pool.putRoot("kept", leaf(pool, 5));
  }

  private static Branch kept(Pool pool) {
    return pool.root("kept", Branch.class).orElseThrow();
  }
}

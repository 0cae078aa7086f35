package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Pool;
import dev.basalt.object.KeyBytes;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentStructure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Checks what {@link TreeNodes} and {@link TreeWords} say of every tree. */
final class TreeInvariants {
  private final TreeNodes nodes;
  private final @Nullable Comparator<Object> order;
  private final List<Long> leaves = new ArrayList<>();
  private int pairs;

  /** Nodes whose keys have partial words, and such with a prefix too long for its end. */
  private int withWords;

  private int withLongPrefix;

  /**
   * What a tree is made of.
   *
   * @param height levels
   * @param leaves leaves
   * @param withWords nodes whose keys have partial words
   * @param withLongPrefix those with a prefix of which the node does not hold all
   */
  record Findings(int height, int leaves, int withWords, int withLongPrefix) {}

  private TreeInvariants(TreeNodes nodes, @Nullable Comparator<Object> order) {
    this.nodes = nodes;
    this.order = order;
  }

  /** Checks a map that is in a pool. */
  static Findings check(PersistentTreeMap<?, ?> map) {
    return map.reading(
        () -> {
          ObjectSpace space = PersistentStructure.space(map);
          Comparator<Object> order = map.order();
          TreeInvariants check =
              new TreeInvariants(new TreeNodes(space.structures(), space.place(map), order), order);
          return check.run(map.size());
        });
  }

  /** Checks the map that is a root of a pool. */
  static Findings check(Pool pool, String root) {
    return check(pool.root(root, PersistentTreeMap.class).orElseThrow());
  }

  /** The first key of each leaf; inside a transaction. */
  static <K> List<K> firstKeys(PersistentTreeMap<K, ?> map) {
    List<K> keys = new ArrayList<>();
    TreeNodes nodes = map.nodes();
    TreeNodes.Place first = nodes.near(Bound.none(), true);
    for (long leaf = first == null ? 0 : first.leaf(); leaf != 0; leaf = nodes.next(leaf)) {
      keys.add(PersistentTreeMap.cast(nodes.key(leaf, 0)));
    }
    return keys;
  }

  private Findings run(int size) {
    int height = nodes.height();
    if (nodes.root() == 0) {
      assertThat(height).isZero();
    } else {
      node(nodes.root(), height, null, null);
      links();
    }
    assertThat(pairs).isEqualTo(size);
    return new Findings(height, leaves.size(), withWords, withLongPrefix);
  }

  /** A key, wrapped so that none can be told from null. */
  private record Limit(@Nullable Object key) {}

  private void node(long node, int level, @Nullable Limit low, @Nullable Limit high) {
    int count = nodes.countOf(node);
    int from = level == 1 ? 0 : 1;
    assertThat(count).isBetween(level == 1 ? 1 : 2, TreeNodes.CAPACITY);
    keysAscend(node, from, count, low, high);
    unusedIsEmpty(node, from, count);
    words(node, from, count);
    if (level == 1) {
      leaves.add(node);
      pairs += count;
      return;
    }
    assertThat(nodes.next(node)).as("the next one of an inner node").isZero();
    for (int i = 0; i < count; i++) {
      node(
          nodes.item(node, i),
          level - 1,
          i == 0 ? low : new Limit(nodes.key(node, i)),
          i + 1 == count ? high : new Limit(nodes.key(node, i + 1)));
    }
  }

  private void keysAscend(
      long node, int from, int count, @Nullable Limit low, @Nullable Limit high) {
    for (int i = from; i < count; i++) {
      Object key = nodes.key(node, i);
      assertThat(low == null || TreeNodes.compare(order, low.key, key) <= 0).isTrue();
      assertThat(high == null || TreeNodes.compare(order, key, high.key) < 0).isTrue();
      assertThat(i == from || TreeNodes.compare(order, nodes.key(node, i - 1), key) < 0).isTrue();
    }
  }

  private void unusedIsEmpty(long node, int from, int count) {
    for (int i = 0; i < TreeNodes.CAPACITY; i++) {
      if (i < from || i >= count) {
        assertThat(nodes.keySlot(node, i)).as("an unused key").isZero();
      }
      if (i >= count) {
        assertThat(nodes.item(node, i)).as("an unused item").isZero();
      }
    }
  }

  private void words(long node, int from, int count) {
    long state = nodes.state(node);
    List<KeyBytes> keys =
        IntStream.range(from, count).mapToObj(i -> nodes.keyBytes(node, i)).toList();
    int kind = TreeWords.kind(state);
    int prefix = TreeWords.prefix(state);
    if (kind == KeyBytes.NONE) {
      return;
    }
    assertThat(nodes.isNatural()).isTrue();
    withWords++;
    withLongPrefix += prefix > TreeWords.END_BYTES ? 1 : 0;
    for (int i = from; i < count; i++) {
      KeyBytes key = keys.get(i - from);
      assertThat(key.kind()).as("the kind of a key").isEqualTo(kind);
      assertThat(nodes.words.word(node, TreeNodes.wordField(i)))
          .as("the word of %s behind %d bytes", nodes.key(node, i), prefix)
          .isEqualTo(key.word(prefix));
      assertThat(TreeWords.end(state)).isEqualTo(TreeWords.end(key, prefix));
      assertThat(KeyBytes.common(keys.getFirst(), key))
          .isGreaterThanOrEqualTo(
              Math.min(prefix, Math.max(key.length(), keys.getFirst().length())));
    }
  }

  private void links() {
    for (int i = 0; i < leaves.size(); i++) {
      assertThat(nodes.next(leaves.get(i)))
          .isEqualTo(i + 1 < leaves.size() ? leaves.get(i + 1) : 0);
    }
  }
}

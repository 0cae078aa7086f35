package dev.basalt.collections;

import dev.basalt.object.KeyBytes;
import dev.basalt.object.NodeWords;
import org.jspecify.annotations.Nullable;

/**
 * The partial words of a node's keys: eight bytes of each key behind the first ones, which all keys
 * of the node share, so that a search in a node looks at the node alone (P. Bohannon, P. McIlroy,
 * R. Rastogi, <em>Main-Memory Index Structures with Fixed-Size Partial Keys</em>, SIGMOD 2001).
 * Inside a transaction.
 *
 * <ol>
 *   <li>A node is of a {@linkplain KeyBytes kind} if all its keys are and the map has no
 *       comparator; else it is of none, and its words have no meaning.
 *   <li>All keys share the first bytes, as many as the node's prefix is long; there may be more.
 *   <li>The word of a key is the eight bytes behind the prefix.
 *   <li>The end of the prefix, up to four bytes, is in the node.
 * </ol>
 *
 * <p>An inner node's first key is not used, and so has no word and no part in this. The prefix gets
 * shorter when a key comes that does not share it, which changes the words by what the node and one
 * key tell; and longer only when two neighbours have the same word, because all keys are looked at
 * for that.
 */
final class TreeWords {
  /** The bytes of the prefix that are in the node. */
  static final int END_BYTES = Integer.BYTES;

  /** The longest prefix that can be told. */
  private static final int PREFIX_MAX = 0xFFFF;

  private static final int KIND_SHIFT = 8;
  private static final int KIND_MASK = 0xFF;
  private static final int PREFIX_SHIFT = 16;
  private static final int END_SHIFT = 32;

  private final TreeNodes nodes;
  private final NodeWords words;

  TreeWords(TreeNodes nodes) {
    this.nodes = nodes;
    this.words = nodes.words;
  }

  // ---- what a node's state says

  static int kind(long state) {
    return (int) (state >>> KIND_SHIFT) & KIND_MASK;
  }

  static int prefix(long state) {
    return (int) (state >>> PREFIX_SHIFT) & PREFIX_MAX;
  }

  /** The last bytes of the prefix; if it is shorter than these, with zeroes before it. */
  static int end(long state) {
    return (int) (state >>> END_SHIFT);
  }

  /** What that is of a key. */
  static int end(KeyBytes key, int prefix) {
    if (prefix >= END_BYTES) {
      return (int) (key.word(prefix - END_BYTES) >>> END_SHIFT);
    }
    return prefix == 0 ? 0 : (int) (key.word(0) >>> (Long.SIZE - prefix * Byte.SIZE));
  }

  private static long state(int count, KeyBytes key, int prefix) {
    return count
        | (long) key.kind() << KIND_SHIFT
        | (long) prefix << PREFIX_SHIFT
        | (long) end(key, prefix) << END_SHIFT;
  }

  private long word(long node, int index) {
    return words.word(node, TreeNodes.wordField(index));
  }

  private void setWord(long node, int index, long word) {
    words.putWord(node, TreeNodes.wordField(index), word);
  }

  /** How much of a node's prefix a key shares. */
  static int shared(TreeNodes nodes, long node, int from, @Nullable KeyBytes key) {
    long state = nodes.state(node);
    if (key == null || TreeNodes.count(state) == from || key.kind() != kind(state)) {
      return 0;
    }
    return Math.min(prefix(state), KeyBytes.common(key, nodes.keyBytes(node, from)));
  }

  // ---- changes

  /**
   * Makes room for a key's word and sets it. The key itself and the count come afterwards.
   *
   * @param from the node's first key that is used
   * @param index the key's index
   * @param key the key, or null if the map has a comparator
   * @param shared how much of the node's prefix it shares
   * @return whether a neighbour has the same word, so that the node is to be {@link #spread}
   */
  boolean insert(long node, int from, int index, @Nullable KeyBytes key, int shared) {
    long state = nodes.state(node);
    int count = TreeNodes.count(state);
    if (key == null) {
      return false;
    } else if (count == from) {
      nodes.setState(node, state(count, key, 0));
      setWord(node, index, key.word(0));
      return false;
    } else if (kind(state) == KeyBytes.NONE) {
      return false;
    } else if (key.kind() != kind(state)) {
      nodes.setState(node, count);
      return false;
    }
    if (shared < prefix(state)) {
      shorten(node, from, shared);
    }
    long word = key.word(shared);
    words.copy(
        node, TreeNodes.wordField(index), node, TreeNodes.wordField(index + 1), count - index);
    setWord(node, index, word);
    return (index > from && word(node, index - 1) == word)
        || (index < count && word(node, index + 1) == word);
  }

  /** Takes bytes from the end of the prefix to the front of the words. */
  private void shorten(long node, int from, int prefix) {
    long state = nodes.state(node);
    int count = TreeNodes.count(state);
    int bits = Math.min(Long.SIZE, (prefix(state) - prefix) * Byte.SIZE);
    KeyBytes first = nodes.keyBytes(node, from);
    long front = first.word(prefix);
    for (int i = from; i < count; i++) {
      setWord(
          node,
          i,
          bits == Long.SIZE ? front : (front & -1L << (Long.SIZE - bits)) | word(node, i) >>> bits);
    }
    nodes.setState(node, state(count, first, prefix));
  }

  /** Takes a key's word out; the count is still with it. */
  void remove(long node, int index) {
    long state = nodes.state(node);
    if (kind(state) != KeyBytes.NONE) {
      words.copy(
          node,
          TreeNodes.wordField(index + 1),
          node,
          TreeNodes.wordField(index),
          TreeNodes.count(state) - index - 1);
    }
  }

  /** Makes the prefix as long as it can be, if that parts neighbours that have the same word. */
  void spread(long node, int from) {
    long state = nodes.state(node);
    int count = TreeNodes.count(state);
    if (kind(state) == KeyBytes.NONE
        || count - from < 2
        || (word(node, from) ^ word(node, count - 1)) >>> (Long.SIZE - Byte.SIZE) != 0
        || !hasTwins(node, from, count)) {
      return;
    }
    KeyBytes first = nodes.keyBytes(node, from);
    int prefix = Math.min(PREFIX_MAX, KeyBytes.common(first, nodes.keyBytes(node, count - 1)));
    if (prefix > prefix(state)) {
      rebase(node, from, count, first, prefix);
    }
  }

  private boolean hasTwins(long node, int from, int count) {
    for (int i = from + 1; i < count; i++) {
      if (word(node, i) == word(node, i - 1)) {
        return true;
      }
    }
    return false;
  }

  private void rebase(long node, int from, int count, KeyBytes first, int prefix) {
    for (int i = from; i < count; i++) {
      setWord(node, i, nodes.keyBytes(node, i).word(prefix));
    }
    nodes.setState(node, state(count, first, prefix));
  }

  /** Works all out anew from a node's keys. */
  void derive(long node, int from) {
    int count = nodes.countOf(node);
    nodes.setState(node, count);
    if (!nodes.isNatural() || count == from) {
      return;
    }
    KeyBytes first = nodes.keyBytes(node, from);
    for (int i = from + 1; i < count; i++) {
      if (first.kind() == KeyBytes.NONE || nodes.keyBytes(node, i).kind() != first.kind()) {
        return;
      }
    }
    rebase(node, from, count, first, 0);
    spread(node, from);
  }

  /** What a split has put into a node, with the state and the words of the other, gets its own. */
  void separated(long node, int from) {
    if (kind(nodes.state(node)) == KeyBytes.NONE) {
      derive(node, from);
    } else {
      spread(node, from);
    }
  }
}

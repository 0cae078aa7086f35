package dev.basalt.object;

import dev.basalt.format.SlotFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.UncommittedObjectException;
import dev.basalt.tx.Update;

/**
 * The nodes of a structure, all of one layout, as one transaction sees them. What is looked up once
 * per word by {@link Structures#word} is here looked up once per node. To be used by the thread of
 * the transaction in which it was made.
 */
public final class NodeWords {
  private final ObjectSpace space;
  private final Tx tx;
  private final int size;

  /** The node that has been verified last. */
  private long verified;

  NodeWords(ObjectSpace space, Tx tx, Layout layout) {
    this.space = space;
    this.tx = tx;
    this.size = layout.size();
  }

  private void verify(long node) {
    if (node != verified) {
      if (!SlotFormat.isPointer(node)) {
        throw space.noObjectAt(node);
      }
      try {
        tx.verify(node, size);
      } catch (InternalError e) {
        throw space.transactions().faults().of(e);
      }
      verified = node;
    }
  }

  private RuntimeException fault(InternalError e, long node) {
    return space.transactions().faults().of(e, node, size);
  }

  /**
   * Reads a word.
   *
   * @param node the node
   * @param field bytes from its start, a multiple of 8
   * @return the word
   */
  public long word(long node, int field) {
    verify(node);
    try {
      return tx.word(node, field);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(node, e);
    } catch (InternalError e) {
      throw fault(e, node);
    }
  }

  /**
   * Searches words that ascend, without sign.
   *
   * @param node the node
   * @param field the word with the index 0
   * @param from the first word's index
   * @param to the index behind the last word's
   * @param wanted a word
   * @return the index of the first word that is not less, or {@code to}
   */
  public int firstNotLess(long node, int field, int from, int to, long wanted) {
    verify(node);
    long least = wanted + Long.MIN_VALUE;
    int index = from;
    try {
      // A loop rather than bisection: the processor runs ahead and loads all lines at once.
      while (index < to && tx.word(node, field + index * Long.BYTES) + Long.MIN_VALUE < least) {
        index++;
      }
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(node, e);
    } catch (InternalError e) {
      throw fault(e, node);
    }
    return index;
  }

  /**
   * Writes a word that is no reference, or counts as often as the one before; inside an update.
   *
   * @param node the node
   * @param field bytes from its start, a multiple of 8
   * @param word the word
   */
  public void putWord(long node, int field, long word) {
    verify(node);
    try {
      update().putWord(node, field, word);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(node, e);
    }
  }

  /**
   * Copies words, also within a node; inside an update. References are not counted: the caller sees
   * to it that each is there as often afterwards as before.
   *
   * @param from the node that they come from
   * @param fromField the first word
   * @param to the node that they go to
   * @param toField where the first word goes
   * @param count how many
   */
  public void copy(long from, int fromField, long to, int toField, int count) {
    int length = count * Long.BYTES;
    if (fromField < toField) {
      for (int at = length - Long.BYTES; at >= 0; at -= Long.BYTES) {
        putWord(to, toField + at, word(from, fromField + at));
      }
    } else {
      for (int at = 0; at < length; at += Long.BYTES) {
        putWord(to, toField + at, word(from, fromField + at));
      }
    }
  }

  /**
   * Sets words to 0, whose references others have now; inside an update.
   *
   * @param node the node
   * @param field the first word
   * @param count how many
   */
  public void clear(long node, int field, int count) {
    for (int i = 0; i < count; i++) {
      putWord(node, field + i * Long.BYTES, 0);
    }
  }

  /**
   * The bytes of a stored key.
   *
   * @param slot what holds the key
   * @return its bytes, of the kind {@link KeyBytes#NONE} if it has none
   */
  public KeyBytes key(long slot) {
    try {
      return StoredKey.of(tx, slot);
    } catch (UncommittedObjectException e) {
      throw space.nothingAt(slot, e);
    }
  }

  private Update update() {
    if (tx instanceof Update update) {
      return update;
    }
    throw new IllegalStateException("not inside an update");
  }
}

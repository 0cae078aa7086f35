package dev.basalt.tx;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.memory.Heap;

/** Goes through limbo node by node, one update each, and frees what may be freed. */
public final class LimboSweep {
  /** What the object layer knows. */
  public interface Policy {
    /**
     * Whether a live handle refers to an object.
     *
     * @param object the object
     * @return whether it must be kept
     */
    boolean isHeld(long object);

    /**
     * Takes back the references from an object that is about to be freed.
     *
     * @param update the update that frees it
     * @param object the object
     */
    void release(Update update, long object);
  }

  private final TransactionManager transactions;
  private final Heap heap;
  private final Policy policy;
  private final long headAt;

  /**
   * Creates a sweep over a pool's limbo.
   *
   * @param transactions the pool's transactions
   * @param policy what the object layer knows
   */
  public LimboSweep(TransactionManager transactions, Policy policy) {
    this.transactions = transactions;
    this.heap = transactions.heap();
    this.policy = policy;
    this.headAt = heap.heapOffset() + PoolHeaderFormat.LIMBO;
  }

  /**
   * Counts the entries of limbo.
   *
   * @return how many there are, a moment ago
   */
  public long count() {
    return transactions.locked(
        () -> {
          long count = 0;
          for (long node = pointer(headAt); node != 0; node = next(node)) {
            count += length(node);
          }
          return count;
        });
  }

  /**
   * Sweeps until a whole pass has freed nothing. The steps need not be durable one by one: one that
   * a crash undoes is done again.
   */
  public synchronized void drain() {
    boolean freed = true;
    while (freed) {
      freed = false;
      long previousAt = headAt;
      while (previousAt != 0) {
        Step step = step(previousAt);
        freed |= step.freed;
        previousAt = step.nextAt;
      }
    }
  }

  /** What a step did, and the word that points to the node of the next; 0 at the end. */
  private record Step(boolean freed, long nextAt) {}

  /** The step runs under the commit lock: what it finds unreachable then stays so. */
  private Step step(long pointerAt) {
    Step[] done = {new Step(false, 0)};
    transactions.runLocked(
        update -> {
          long node = pointer(pointerAt);
          if (node == 0) {
            done[0] = new Step(false, 0);
            return;
          }
          int before = length(node);
          int kept = sweepNode(update, node, before);
          if (kept == 0) {
            update.rawWords().put(pointerAt, next(node));
            update.free(node);
          }
          done[0] = new Step(kept < before, kept == 0 ? pointerAt : node + LimboNodeFormat.NEXT);
        });
    return done[0];
  }

  /** Frees what it can of a node and moves the rest to its front; returns how many are left. */
  private int sweepNode(Update update, long node, int length) {
    long oldest = transactions.oldestSnapshot();
    RawWords words = update.rawWords();
    int kept = 0;
    for (int i = 0; i < length; i++) {
      long entry = node + LimboNodeFormat.entry(i);
      long object = checkAligned(heap.getLong(entry));
      long sequence = heap.getLong(entry + Long.BYTES);
      long classWord = words.get(object + ObjectFormat.CLASS_ID);
      int count = (int) (classWord >>> Integer.SIZE) & ObjectFormat.COUNT_MAX;
      if (count > 0) {
        words.put(
            object + ObjectFormat.CLASS_ID,
            classWord & ~((long) ObjectFormat.IN_LIMBO << Integer.SIZE));
      } else if (sequence <= oldest && !isKept(object, oldest) && !policy.isHeld(object)) {
        policy.release(update, object);
        update.free(object);
      } else {
        if (kept != i) {
          long to = node + LimboNodeFormat.entry(kept);
          words.put(to, object);
          words.put(to + Long.BYTES, sequence);
        }
        kept++;
      }
    }
    if (kept < length) {
      words.put(node + LimboNodeFormat.LENGTH, kept);
    }
    return kept;
  }

  /**
   * Whether a snapshot may still look for an earlier state of the object: it must not take that for
   * one of another object that gets the same place. Or whether one may still find a reference to it
   * that has gone since.
   */
  private boolean isKept(long object, long oldest) {
    VersionStore versions = transactions.versions();
    return versions.lastChange(object) > oldest
        || versions.lastChange(Blocks.headerKey(object)) > oldest
        || versions.lastChange(Blocks.countKey(object)) > oldest;
  }

  private long pointer(long at) {
    heap.verify(at, Long.BYTES);
    return heap.getLong(at);
  }

  private long next(long node) {
    return heap.getLong(node + LimboNodeFormat.NEXT);
  }

  private long checkAligned(long offset) {
    if (offset % SizeClasses.GRANULE != 0) {
      throw new CorruptPoolException(
          "%s: limbo leads to %d, where no object can lie".formatted(heap.medium().name(), offset));
    }
    return offset;
  }

  private int length(long node) {
    heap.verify(checkAligned(node), LimboNodeFormat.SIZE);
    int length = heap.getInt(node + LimboNodeFormat.LENGTH);
    if (length < 0 || length > LimboNodeFormat.CAPACITY) {
      throw new CorruptPoolException(
          "%s: the limbo node at %d claims %d entries"
              .formatted(heap.medium().name(), node, length));
    }
    return length;
  }
}

package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotsFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One step of a sweep: looks at some objects of limbo and frees what nothing can reach. Runs under
 * the commit lock as the body of an update, so what it finds unreachable stays so.
 *
 * <p>What it frees may be the last to refer to other objects. They are looked at in the same step
 * as far as its bounds allow, and are put on limbo's stack otherwise.
 */
final class LimboStep {
  /** How many objects are looked at, and references taken back, in a step. */
  static final int COST_MAX = 256;

  /**
   * How long a step goes on to look at objects: others wait for it, and a page that is not in
   * memory can take as long as hundreds of objects.
   */
  private static final long NANOS_MAX = TimeUnit.MICROSECONDS.toNanos(200);

  /** A step that must do with few nodes. */
  static final int COST_MIN = 8;

  /** The nodes that a step can need at most. */
  static final int NODES_MAX = 4 * (COST_MAX / LimboNodeFormat.CAPACITY + 1);

  /** The nodes of an earlier session that are moved in one step. */
  private static final int OLD_NODES_MAX = 32;

  private final TransactionManager transactions;
  private final LimboSweep.Policy policy;
  private final HeldObjects held;
  private final LimboNodes spareNodes;
  private final int costMax;
  private final Update update;
  private final RawWords words;
  private final Limbo limbo;
  private final long oldest;
  private int cost;
  private int freed;
  private boolean delayed;
  private boolean lost;

  /** What this step has taken the last reference of, newest first. */
  private final ArrayDeque<Limbo.Entry> unlinked = new ArrayDeque<>();

  /** What has given up a part of its references. */
  private final List<Limbo.Entry> shortened = new ArrayList<>();

  private final List<ToHold> toHold = new ArrayList<>();
  private final List<Limbo.Entry> toQueue = new ArrayList<>();
  private final List<Long> emptyNodes = new ArrayList<>();

  /** What keeps the object looked at last, if the verdict is that it is held. */
  private @Nullable Object holder;

  private record ToHold(Limbo.Entry entry, Object holder) {}

  /** What becomes of an object in limbo. */
  private enum Verdict {
    /** Something refers to it again. */
    LINKED,
    /** A handle refers to it. */
    HELD,
    /** A snapshot may reach it. */
    DELAYED,
    GARBAGE
  }

  LimboStep(
      TransactionManager transactions,
      LimboSweep.Policy policy,
      HeldObjects held,
      LimboNodes spareNodes,
      Update update) {
    this.transactions = transactions;
    this.policy = policy;
    this.held = held;
    this.spareNodes = spareNodes;
    this.costMax = spareNodes.size() < NODES_MAX ? COST_MIN : COST_MAX;
    this.update = update;
    this.words = update.rawWords();
    this.limbo = new Limbo(transactions.heap(), words, new Nodes());
    this.oldest = transactions.oldestSnapshot(); // before any handle is looked for
  }

  private final class Nodes implements Limbo.Nodes {
    @Override
    public long take() {
      if (!emptyNodes.isEmpty()) {
        return emptyNodes.removeLast();
      }
      int used = update.work().limboNodes;
      if (used == spareNodes.size()) {
        throw new PoolFullException(transactions.name() + ": no room to reclaim objects in");
      }
      update.work().limboNodes = used + 1;
      return spareNodes.get(used);
    }

    @Override
    public void give(long node) {
      emptyNodes.add(node);
    }
  }

  /**
   * Does the step.
   *
   * @param oldHeld whether what is held may be from an earlier session, whose handles have gone
   * @return whether there may be more to do at once
   */
  boolean run(boolean oldHeld) {
    held.begin();
    long begin = System.nanoTime();
    boolean hasTime = true;
    if (oldHeld) {
      limbo.releaseHeldNodes(OLD_NODES_MAX);
    } else {
      while (cost < costMax && hasTime && one()) {
        cost++;
        hasTime = System.nanoTime() - begin < NANOS_MAX;
      }
      putBack();
    }
    emptyNodes.forEach(update::free);
    return oldHeld || cost >= costMax || !hasTime || !shortened.isEmpty();
  }

  /** The objects that were freed. */
  int freed() {
    return freed;
  }

  /** Whether snapshots delay what the queue has. */
  boolean isDelayed() {
    return delayed;
  }

  /** Whether something has lost a reference and kept another. */
  boolean hasLost() {
    return lost;
  }

  /** Deals with one object; whether there was one. */
  private boolean one() {
    Limbo.Entry entry = unlinked.poll();
    entry = entry == null ? limbo.pop() : entry;
    if (entry != null) {
      settle(entry, verdict(entry));
      return true;
    }
    Long object = held.nextDue();
    if (object != null) {
      oneHeld(object);
      return true;
    }
    entry = limbo.front();
    return entry != null && oneQueued(entry);
  }

  private void oneHeld(long object) {
    Long at = held.entryOf(object);
    if (at == null) {
      return;
    }
    Limbo.Entry entry = limbo.entry(at);
    Verdict verdict = verdict(entry);
    if (verdict == Verdict.HELD && holder != null) {
      held.put(object, at, holder); // may be another handle by now
      return;
    }
    long moved = limbo.removeHeld(at);
    if (moved != object) {
      held.move(moved, at);
    }
    held.remove(object);
    settle(entry, verdict);
  }

  private boolean oneQueued(Limbo.Entry entry) {
    Verdict verdict = verdict(entry);
    if (verdict == Verdict.DELAYED) {
      delayed = true;
      return false;
    }
    limbo.dequeue();
    settle(entry, verdict);
    return true;
  }

  private Verdict verdict(Limbo.Entry entry) {
    long object = entry.object();
    if (Counts.of(words.get(object + ObjectFormat.CLASS_ID)) > 0) {
      return Verdict.LINKED;
    }
    holder = policy.heldBy(object);
    if (holder != null) {
      return Verdict.HELD;
    }
    return delayedBy(entry) > oldest ? Verdict.DELAYED : Verdict.GARBAGE;
  }

  /**
   * The commit that all snapshots must know before the object can be freed: the last that has
   * changed what leads to it; and the last that has changed the object, because a snapshot that
   * looks for an earlier state must not take it for one of the place's next object.
   */
  private long delayedBy(Limbo.Entry entry) {
    VersionStore versions = transactions.versions();
    long by = entry.sequence();
    if (!versions.isEmpty()) {
      long object = entry.object();
      by = Math.max(by, versions.lastChange(Blocks.countKey(object)));
      by = Math.max(by, versions.lastChange(object));
      by = Math.max(by, versions.lastChange(Blocks.headerKey(object)));
    }
    return by;
  }

  /** Carries a verdict out over an object whose entry has been taken away. */
  private void settle(Limbo.Entry entry, Verdict verdict) {
    switch (verdict) {
      case LINKED -> {
        long at = entry.object() + ObjectFormat.CLASS_ID;
        words.put(at, Counts.leaveLimbo(words.get(at)));
      }
      case HELD -> {
        if (holder != null) {
          toHold.add(new ToHold(entry, holder));
        }
      }
      case DELAYED -> toQueue.add(new Limbo.Entry(entry.object(), delayedBy(entry)));
      case GARBAGE -> free(entry);
    }
  }

  /**
   * Takes back an object's references and frees it. One with very many gives up a part of them and
   * gets shorter; what they led to is dealt with before the rest.
   */
  private void free(Limbo.Entry entry) {
    int left = policy.forEachReference(entry.object(), costMax, this::unlink);
    if (left > 0) {
      words.put(entry.object() + SlotsFormat.LENGTH, left);
      shortened.add(entry);
      return;
    }
    policy.freed(update, entry.object(), this::unlink);
    update.free(entry.object());
    freed++;
  }

  private void unlink(long target) {
    cost++;
    long at = target + ObjectFormat.CLASS_ID;
    long word = Counts.add(transactions.name(), target, words.get(at), -1);
    if (Counts.of(word) == 0 && !Counts.isInLimbo(word)) {
      word = Counts.enterLimbo(word);
      unlinked.push(new Limbo.Entry(target, 0));
    }
    lost |= Counts.of(word) > 0;
    words.put(at, word);
  }

  /** Writes down what is left for later steps. */
  private void putBack() {
    toQueue.forEach(entry -> limbo.enqueue(entry.object(), entry.sequence()));
    for (ToHold next : toHold) {
      long object = next.entry.object();
      held.put(object, limbo.addHeld(object, next.entry.sequence()), next.holder);
    }
    shortened.forEach(entry -> limbo.push(entry.object(), entry.sequence()));
    unlinked.reversed().forEach(entry -> limbo.push(entry.object(), entry.sequence()));
  }
}

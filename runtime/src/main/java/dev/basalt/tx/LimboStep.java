package dev.basalt.tx;

import dev.basalt.error.PoolFullException;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotsFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

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

  /** The part of a step that a walk over what is held has, if there is more to do. */
  private static final int WALK_PART = 2;

  /** A step that must do with few nodes. */
  static final int COST_MIN = 8;

  /** The nodes that a step can need at most. */
  static final int NODES_MAX = 4 * (COST_MAX / LimboNodeFormat.CAPACITY + 1);

  /** The nodes of an earlier session that are moved in one step. */
  private static final int OLD_NODES_MAX = 32;

  private final TransactionManager transactions;
  private final LimboSweep.Policy policy;
  private final HeldWalk held;
  private final LimboNodes spareNodes;
  private final int costMax;
  private final Update update;
  private final RawWords words;
  private final Limbo limbo;
  private final long oldest;
  private int cost;
  private int walked;
  private int freed;
  private boolean delayed;
  private boolean lost;

  /** What this step has taken the last reference of, newest first. */
  private final ArrayDeque<Limbo.Entry> unlinked = new ArrayDeque<>();

  /** What has given up a part of its references. */
  private final List<Limbo.Entry> shortened = new ArrayList<>();

  private final List<Limbo.Entry> toHold = new ArrayList<>();
  private final List<Limbo.Entry> toQueue = new ArrayList<>();
  private final List<Long> emptyNodes = new ArrayList<>();

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
      HeldWalk held,
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
   * @param nanosMax how long it goes on to look at objects
   * @return whether there may be more to do at once
   */
  boolean run(boolean oldHeld, long nanosMax) {
    held.begin(limbo);
    long begin = System.nanoTime();
    boolean hasTime = true;
    if (oldHeld) {
      limbo.releaseHeldNodes(OLD_NODES_MAX);
    } else {
      while (cost < costMax && hasTime && one()) {
        cost++;
        hasTime = System.nanoTime() - begin < nanosMax;
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

  /** Whether all that was done was to find that handles still hold what they held. */
  boolean wasIdle() {
    return walked == cost && freed == 0;
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
    return (walked < costMax / WALK_PART && oneHeld()) || oneQueued() || oneHeld();
  }

  private boolean oneHeld() {
    if (!held.isUnderWay()) {
      return false;
    }
    walked++;
    Limbo.Entry entry = limbo.entry(held.entry());
    Verdict verdict = verdict(entry);
    if (verdict == Verdict.HELD) {
      held.keep(limbo);
    } else {
      held.remove(limbo);
      settle(entry, verdict);
    }
    return true;
  }

  private boolean oneQueued() {
    Limbo.Entry entry = delayed ? null : limbo.front();
    if (entry == null) {
      return false;
    }
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
    if (policy.isHeld(object)) {
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
      case HELD -> toHold.add(entry);
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
    policy.freed(update, entry.object());
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
    toHold.forEach(entry -> held.add(limbo, entry));
    shortened.forEach(entry -> limbo.push(entry.object(), entry.sequence()));
    unlinked.reversed().forEach(entry -> limbo.push(entry.object(), entry.sequence()));
  }
}

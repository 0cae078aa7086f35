package dev.basalt.crash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Enumerates what a disk may hold after a power cut at any point of a recording: all that was
 * synced, and any subset of the rest, writes torn at 512 bytes and mapped stores at 8.
 */
public final class CrashStates {
  private static final int SECTOR = 512;

  /** Takes a state. */
  public interface Visitor {
    /**
     * Takes a state.
     *
     * @param image what is on the disk
     * @param mark what the program knew
     * @param keptAll whether everything was kept, as after the death of the process only
     * @param where describes the state
     */
    void state(DiskImage image, Recording.Mark mark, boolean keptAll, String where)
        throws Exception;
  }

  private final Random random;
  private final int subsets;
  private final DiskImage durable;
  private final List<Recording.Event> pending = new ArrayList<>();

  /** Hashes of images seen since the last mark: another look at the same state shows nothing. */
  private final Set<Integer> seen = new HashSet<>();

  private Recording.Mark mark = new Recording.Mark(0, 0, 0);

  /**
   * Starts an enumeration.
   *
   * @param start what was on the disk when the recording began
   * @param subsets how many random subsets to try per event
   */
  public CrashStates(DiskImage start, int subsets, long seed) {
    this.durable = start.copy();
    this.subsets = subsets;
    this.random = new Random(seed);
  }

  /** Visits every state; returns how many there were. */
  public long forEach(List<Recording.Event> events, Visitor visitor) throws Exception {
    long states = 0;
    for (int i = 0; i < events.size(); i++) {
      switch (events.get(i)) {
        case Recording.Mark newMark -> {
          mark = newMark;
          seen.clear();
        }
        case Recording.Sync sync -> {
          pending.forEach(event -> apply(durable, event, 1));
          pending.clear();
        }
        case Recording.Force force -> makeDurable(force);
        case Recording.Event unsynced -> pending.add(unsynced);
      }
      if (events.get(i) instanceof Recording.Steps) {
        continue;
      }
      states += around(i, events.get(i), visitor);
    }
    return states;
  }

  /** The words of a range are durable as they are now; the others may still be lost. */
  private void makeDurable(Recording.Force force) {
    for (int i = 0; i < pending.size(); i++) {
      if (pending.get(i) instanceof Recording.Stores(long[] offsets, long[] words)) {
        int kept = 0;
        long[] otherOffsets = new long[offsets.length];
        long[] otherWords = new long[offsets.length];
        for (int k = 0; k < offsets.length; k++) {
          if (force.covers(offsets[k])) {
            durable.writeLong(offsets[k], words[k]);
          } else {
            otherOffsets[kept] = offsets[k];
            otherWords[kept++] = words[k];
          }
        }
        pending.set(
            i,
            new Recording.Stores(
                Arrays.copyOf(otherOffsets, kept), Arrays.copyOf(otherWords, kept)));
      } else if (pending.get(i) instanceof Recording.Steps(long offset, long[] words)
          && (force.covers(offset) || force.covers(offset + (words.length - 1L) * Long.BYTES))) {
        throw new AssertionError("a store that was announced as one into the heap was forced");
      }
    }
    pending.removeIf(
        event -> event instanceof Recording.Stores stores && stores.words().length == 0);
  }

  private long around(int i, Recording.Event event, Visitor visitor) throws Exception {
    String at = "event %d (%s)".formatted(i, describe(event));
    long states = visit(durable.copy(), at + ", all unsynced lost", pending.isEmpty(), visitor);
    if (pending.isEmpty()) {
      return states;
    }
    DiskImage all = durable.copy();
    pending.forEach(e -> apply(all, e, 1));
    states += visit(all, at + ", all kept", true, visitor);
    if (event instanceof Recording.Mark) {
      return states;
    }
    if (pending.size() > 1) {
      DiskImage last = durable.copy();
      apply(last, pending.getLast(), 1);
      states += visit(last, at + ", only the last kept", false, visitor);
      DiskImage butFirst = durable.copy();
      pending.subList(1, pending.size()).forEach(e -> apply(butFirst, e, 1));
      states += visit(butFirst, at + ", all but the first kept", false, visitor);
    }
    for (int s = 0; s < subsets; s++) {
      double share = new double[] {0.5, 0.9, 0.1}[s % 3];
      DiskImage some = durable.copy();
      boolean whole = random.nextBoolean();
      for (Recording.Event e : pending) {
        if (whole) {
          apply(some, e, random.nextDouble() < share ? 1 : 0);
        } else {
          apply(some, e, share);
        }
      }
      states += visit(some, at + ", subset " + s, false, visitor);
    }
    return states;
  }

  private long visit(DiskImage image, String where, boolean keptAll, Visitor visitor)
      throws Exception {
    if (!seen.add(image.hashCode() * 2 + (keptAll ? 1 : 0))) {
      return 0;
    }
    visitor.state(image, mark, keptAll, where + ", " + mark);
    return 1;
  }

  /** Applies an event or a random share of its parts. */
  private void apply(DiskImage image, Recording.Event event, double share) {
    switch (event) {
      case Recording.Write(long offset, byte[] bytes) -> {
        int from = 0;
        while (from < bytes.length) {
          int sector = SECTOR - (int) ((offset + from) % SECTOR);
          int length = Math.min(sector, bytes.length - from);
          if (keeps(share)) {
            image.write(offset + from, bytes, from, length);
          }
          from += length;
        }
      }
      case Recording.Stores(long[] offsets, long[] words) -> {
        for (int i = 0; i < offsets.length; i++) {
          if (keeps(share)) {
            image.writeLong(offsets[i], words[i]);
          }
        }
      }
      case Recording.Steps(long offset, long[] words) -> {
        for (int i = 0; i < words.length; i++) {
          if (keeps(share)) {
            image.writeLong(offset + (long) i * Long.BYTES, words[i]);
          }
        }
      }
      case Recording.Grow(long size) -> {
        if (keeps(share)) {
          image.grow(size);
        }
      }
      case Recording.Shrink(long size) -> {
        if (keeps(share)) {
          image.truncate(size);
        }
      }
      case Recording.Discard(long offset, long length) -> {
        for (long at = offset; at < offset + length; at += SECTOR) {
          if (keeps(share)) {
            image.clear(at, SECTOR);
          }
        }
      }
      case Recording.Force force -> throw new AssertionError(force);
      case Recording.Sync sync -> throw new AssertionError(sync);
      case Recording.Mark m -> throw new AssertionError(m);
    }
  }

  private boolean keeps(double share) {
    return share >= 1 || (share > 0 && random.nextDouble() < share);
  }

  private static String describe(Recording.Event event) {
    return switch (event) {
      case Recording.Write w -> "write of " + w.bytes().length + " at " + w.offset();
      case Recording.Stores s -> "stores of " + s.words().length + " words";
      case Recording.Steps s -> "steps of " + s.words().length + " words";
      case Recording.Force f -> "force of " + f.length() + " at " + f.offset();
      case Recording.Grow g -> "growth to " + g.size();
      case Recording.Shrink s -> "shrinking to " + s.size();
      case Recording.Discard d -> "discard of " + d.length() + " at " + d.offset();
      case Recording.Sync s -> "sync";
      case Recording.Mark m -> "mark";
    };
  }
}

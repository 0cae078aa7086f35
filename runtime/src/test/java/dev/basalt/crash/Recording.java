package dev.basalt.crash;

import java.util.ArrayList;
import java.util.List;

/**
 * Everything that happened to a medium, in order, with marks of what the program knew at the time.
 * Thread-safe.
 */
public final class Recording {
  /** Something that happened. */
  public sealed interface Event {}

  /** A write call: not durable before the next sync, its sectors in any combination. */
  public record Write(long offset, byte[] bytes) implements Event {}

  /** Stores through a shared mapping: not durable before the next sync, 8 bytes at a time. */
  public record Stores(long[] offsets, long[] words) implements Event {}

  /**
   * Stores into persistent memory one after another; what a crash among them leaves is tried at the
   * next event of another kind.
   */
  public record Steps(long offset, long[] words) implements Event {}

  /** Stores into the cache lines of a range are durable. */
  public record Force(long offset, long length) implements Event {
    private static final int LINE = 64;

    boolean covers(long word) {
      return word >= (offset & -LINE) && word < ((offset + length + LINE - 1) & -LINE);
    }
  }

  /** The medium has become larger: not durable before the next sync. */
  public record Grow(long size) implements Event {}

  /** The medium was cut off: not durable before the next sync. */
  public record Shrink(long size) implements Event {}

  /** The space of a range was given back: a write of zeroes, not durable before the next sync. */
  public record Discard(long offset, long length) implements Event {}

  /** Everything before is durable. */
  public record Sync() implements Event {}

  /**
   * What the program knows: updates up to {@code begun} have begun, up to {@code returned} have
   * returned, up to {@code durable} are promised to survive a power cut.
   */
  public record Mark(int begun, int returned, int durable) implements Event {}

  private final List<Event> events = new ArrayList<>();
  private CrashingMedium medium;
  private int begun;
  private int returned;
  private int durable;

  /** Starts with the knowledge of an earlier recording. */
  public synchronized void startFrom(Mark mark) {
    begun = mark.begun;
    returned = mark.returned;
    durable = mark.durable;
    events.add(mark);
  }

  synchronized void on(CrashingMedium newMedium) {
    medium = newMedium;
  }

  synchronized void add(Event event) {
    events.add(event);
  }

  /** Update {@code k} is about to begin. */
  public void begin(int k) {
    begun = k;
    mark();
  }

  /** Update {@code k} has returned. */
  public void returned(int k, boolean isDurable) {
    returned = k;
    durable = isDurable ? k : durable;
    mark();
  }

  /** Everything that has returned is promised to be durable. */
  public void synced() {
    durable = returned;
    mark();
  }

  private void mark() {
    CrashingMedium now = medium;
    if (now != null) {
      now.recordStores();
    }
    add(new Mark(begun, returned, durable));
  }

  public synchronized List<Event> events() {
    return List.copyOf(events);
  }
}

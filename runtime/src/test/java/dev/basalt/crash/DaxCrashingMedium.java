package dev.basalt.crash;

import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Persistent memory, pretended: the mappings of a real file, and a model of the processor's caches.
 * A store may be durable at any time; it is when its line has been forced, or the medium synced.
 *
 * <p>Stores are found by comparing what is mapped with what is known of it: in the range that the
 * heap has announced, at its next announcement; everywhere, at every other event and at every mark.
 * A store into the heap that was not announced is a fault by itself: a backup would miss it.
 */
final class DaxCrashingMedium extends CrashingMedium {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A range of the medium. */
  private record Range(long offset, long length) {
    static final Range NONE = new Range(0, 0);

    boolean covers(long word) {
      return word + Long.BYTES > offset && word < offset + length;
    }
  }

  private final Mapping whole;
  private final Map<Thread, Range> announced = new HashMap<>();
  private Range log = Range.NONE;
  private MemorySegment known;
  private long size;
  private boolean closed;

  DaxCrashingMedium(Medium target, Recording recording, long sizeMax) {
    super(target, recording);
    this.whole = target.mapShared(0, sizeMax);
    this.size = target.size();
    this.known = MemorySegment.ofArray(new byte[(int) target.size()]).copyFrom(memory());
  }

  private MemorySegment memory() {
    return whole.slice(0, size);
  }

  @Override
  public boolean isDax() {
    return true;
  }

  @Override
  public synchronized Mapping mapShared(long offset, long lengthBytes) {
    return target.mapShared(offset, lengthBytes);
  }

  @Override
  public synchronized Mapping mapSynchronous(long offset, long lengthBytes) {
    log = new Range(offset, lengthBytes);
    return target.mapShared(offset, lengthBytes);
  }

  @Override
  public synchronized void force(long offset, long lengthBytes) {
    recordStores();
    recording.add(new Recording.Force(offset, lengthBytes));
  }

  @Override
  public synchronized void beforeStores(long offset, long lengthBytes) {
    Range before = announced.put(Thread.currentThread(), new Range(offset, lengthBytes));
    if (before != null) {
      recordSteps(before);
    }
  }

  private void recordSteps(Range range) {
    long from = range.offset & -Long.BYTES;
    long to = (range.offset + range.length + Long.BYTES - 1) & -Long.BYTES;
    long[] words = new long[(int) ((to - from) / Long.BYTES)];
    MemorySegment now = memory();
    boolean changed = false;
    for (int i = 0; i < words.length; i++) {
      long at = from + (long) i * Long.BYTES;
      words[i] = now.get(LONG, at);
      changed |= known.get(LONG, at) != words[i];
      known.set(LONG, at, words[i]);
    }
    if (changed) {
      recording.add(new Recording.Steps(from, words));
    }
  }

  @Override
  synchronized void recordStores() {
    if (closed) {
      return;
    }
    announced.values().forEach(this::recordSteps);
    long[] offsets = new long[16];
    long[] words = new long[16];
    int count = 0;
    MemorySegment now = memory();
    long size = now.byteSize();
    for (long at = 0; at < size; at += Long.BYTES) {
      long difference = MemorySegment.mismatch(now, at, size, known, at, size);
      if (difference < 0) {
        break;
      }
      at = (at + difference) & -Long.BYTES;
      if (!log.covers(at) && !isAnnounced(at)) {
        throw new AssertionError("the store at " + at + " was not announced");
      }
      if (count == words.length) {
        offsets = Arrays.copyOf(offsets, 2 * count);
        words = Arrays.copyOf(words, 2 * count);
      }
      offsets[count] = at;
      words[count] = now.get(LONG, at);
      known.set(LONG, at, words[count++]);
    }
    if (count > 0) {
      recording.add(
          new Recording.Stores(Arrays.copyOf(offsets, count), Arrays.copyOf(words, count)));
    }
  }

  private boolean isAnnounced(long word) {
    List<Range> ranges = new ArrayList<>(announced.values());
    return ranges.stream().anyMatch(range -> range.covers(word));
  }

  @Override
  public synchronized void write(long offset, MemorySegment source) {
    super.write(offset, source);
    know(offset, source.byteSize());
  }

  @Override
  public synchronized boolean discard(long offset, long lengthBytes) {
    boolean done = super.discard(offset, lengthBytes);
    know(offset, lengthBytes);
    return done;
  }

  private void know(long offset, long length) {
    MemorySegment.copy(memory(), offset, known, offset, length);
  }

  @Override
  public synchronized boolean shrink(long newSizeBytes) {
    recordStores();
    whole.isolate(newSizeBytes, size - newSizeBytes);
    size = newSizeBytes;
    known = MemorySegment.ofArray(new byte[(int) size]).copyFrom(known.asSlice(0, size));
    return super.shrink(newSizeBytes);
  }

  @Override
  public synchronized void grow(long newSizeBytes) {
    super.grow(newSizeBytes);
    if (known.byteSize() < whole.limit()) {
      whole.reload(known.byteSize(), Math.min(target.size(), whole.limit()) - known.byteSize());
    }
    whole.extendTo(Math.max(target.size(), whole.limit()));
    size = target.size();
    MemorySegment larger = MemorySegment.ofArray(new byte[(int) target.size()]);
    larger.copyFrom(memory());
    MemorySegment.copy(known, 0, larger, 0, known.byteSize());
    known = larger;
  }

  @Override
  public synchronized void close() {
    super.close();
    closed = true;
    whole.close();
  }
}

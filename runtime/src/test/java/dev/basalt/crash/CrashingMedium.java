package dev.basalt.crash;

import dev.basalt.medium.Mapping;
import dev.basalt.medium.Medium;
import dev.basalt.medium.MediumAttributes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A medium that passes everything on to a real one and records it. Stores through a shared mapping
 * cannot be seen when they happen; they are found by comparing the mapped range with its last known
 * content at every other event and at every mark of the program.
 */
public class CrashingMedium implements Medium {
  final Medium target;
  final Recording recording;
  private Mapping shared;
  private long sharedOffset;
  private long[] sharedWords;

  @SuppressWarnings("this-escape") // marks come only once the pool is open
  public CrashingMedium(Medium target, Recording recording) {
    this.target = target;
    this.recording = recording;
    recording.on(this);
  }

  /** Records what was stored through the shared mapping since the last time. */
  synchronized void recordStores() {
    if (shared == null) {
      return;
    }
    long[] offsets = new long[sharedWords.length];
    long[] words = new long[sharedWords.length];
    int count = 0;
    for (int i = 0; i < sharedWords.length; i++) {
      long word = shared.getLong((long) i * Long.BYTES);
      if (word != sharedWords[i]) {
        sharedWords[i] = word;
        offsets[count] = sharedOffset + (long) i * Long.BYTES;
        words[count++] = word;
      }
    }
    if (count > 0) {
      recording.add(
          new Recording.Stores(Arrays.copyOf(offsets, count), Arrays.copyOf(words, count)));
    }
  }

  @Override
  public String name() {
    return target.name();
  }

  @Override
  public MediumAttributes attributes() {
    return target.attributes();
  }

  @Override
  public long size() {
    return target.size();
  }

  @Override
  public void read(long offset, MemorySegment segment) {
    target.read(offset, segment);
  }

  @Override
  public synchronized void write(long offset, MemorySegment source) {
    recordStores();
    if (offset + source.byteSize() > target.size()) {
      recording.add(new Recording.Grow(offset + source.byteSize()));
    }
    recording.add(new Recording.Write(offset, source.toArray(ValueLayout.JAVA_BYTE)));
    target.write(offset, source);
  }

  @Override
  public synchronized void sync() {
    recordStores();
    target.sync();
    recording.add(new Recording.Sync());
  }

  @Override
  public void occupy(long lengthBytes) {
    target.occupy(lengthBytes);
  }

  @Override
  public void checkIntact() {
    target.checkIntact();
  }

  @Override
  public synchronized void grow(long newSizeBytes) {
    recordStores();
    target.grow(newSizeBytes);
    recording.add(new Recording.Grow(newSizeBytes));
  }

  @Override
  public synchronized boolean shrink(long newSizeBytes) {
    recordStores();
    recording.add(new Recording.Shrink(newSizeBytes));
    return target.shrink(newSizeBytes);
  }

  @Override
  public synchronized boolean discard(long offset, long lengthBytes) {
    recordStores();
    recording.add(new Recording.Discard(offset, lengthBytes));
    return target.discard(offset, lengthBytes);
  }

  @Override
  public void allocate(long offset, long lengthBytes) {
    target.allocate(offset, lengthBytes);
  }

  @Override
  public Mapping mapPrivate(long lengthBytes) {
    return target.mapPrivate(lengthBytes);
  }

  @Override
  public synchronized Mapping mapShared(long offset, long lengthBytes) {
    Mapping mapping = target.mapShared(offset, lengthBytes);
    // A mapping of its own: the pool closes the other before it closes the medium.
    shared = target.mapShared(offset, lengthBytes);
    sharedOffset = offset;
    sharedWords = new long[(int) (lengthBytes / Long.BYTES)];
    for (int i = 0; i < sharedWords.length; i++) {
      sharedWords[i] = shared.getLong((long) i * Long.BYTES);
    }
    return mapping;
  }

  @Override
  public synchronized void close() {
    recordStores();
    if (shared != null) {
      shared.close();
      shared = null;
    }
    recording.on(null);
    target.close();
  }
}

package dev.basalt.tx;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReference;

/** An object of a version and two words, and the one image that is kept of it. */
final class Model {
  static final long APPLYING = Long.MIN_VALUE;

  /** Written plainly between fences, as the words of a mapping are. */
  long version = 1;

  long first = 1;
  long last = 1;
  final AtomicReference<long[]> image = new AtomicReference<>();

  void keepImage() {
    image.set(new long[] {first, last});
  }

  void markApplying() {
    VarHandle.releaseFence();
    version |= APPLYING;
    VarHandle.storeStoreFence();
  }

  void copy() {
    first = 2;
    VarHandle.storeStoreFence();
    last = 2;
  }

  void stamp() {
    VarHandle.releaseFence();
    version = 2;
  }

  /** The protocol of a view of commit 1; -1 if there is no image. */
  long read(boolean isFirst) {
    long word = isFirst ? first : last;
    VarHandle.loadLoadFence();
    return version == 1 ? word : kept(isFirst);
  }

  /** The protocol of a read outside transactions; -1 if the object is being changed. */
  long latest(boolean isFirst) {
    long word = isFirst ? first : last;
    VarHandle.loadLoadFence();
    long found = version;
    VarHandle.loadLoadFence();
    return found > 0 ? word : -1;
  }

  long kept(boolean isFirst) {
    VarHandle.loadLoadFence();
    long[] words = image.get();
    return words == null ? -1 : words[isFirst ? 0 : 1];
  }
}

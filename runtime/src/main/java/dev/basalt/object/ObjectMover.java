package dev.basalt.object;

import dev.basalt.format.ClassIds;
import dev.basalt.format.ForwardFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.tx.Update;
import java.util.Arrays;
import java.util.Map;

/**
 * Brings objects of one stored shape to another, each as part of an update. An object stays where
 * it is if its block has the size that the new shape needs; else it gets a new block and leaves a
 * {@link ForwardFormat forward} behind. So an object always lies in a block of the size class of
 * its shape.
 */
final class ObjectMover {
  private static final int HEADER_WORDS = ObjectFormat.SIZE / Long.BYTES;

  private final Layout stored;
  private final Layout now;
  private final ShapeChange change;
  private final Type type;
  private final WeakReferences weak;

  ObjectMover(Layout stored, Layout now, ShapeChange change, Type type, WeakReferences weak) {
    this.stored = stored;
    this.now = now;
    this.change = change;
    this.type = type;
    this.weak = weak;
  }

  /** The bytes of the blocks in which objects of the stored shape lie; 0 if they are large. */
  long blockSize() {
    return blockSize(stored);
  }

  /** Whether objects get new blocks. */
  boolean moves() {
    return blockSize(stored) != blockSize(now) || blockSize(now) == 0;
  }

  private static long blockSize(Layout layout) {
    return layout.size() > SizeClasses.SMALL_MAX
        ? 0
        : SizeClasses.blockSize(SizeClasses.classOf(layout.size()));
  }

  /** Bytes that a commit has to log for an object, about. */
  int cost() {
    return stored.size() + now.size();
  }

  Type type() {
    return type;
  }

  void bring(Update update, long object) {
    update.verify(object, stored.size());
    for (Layout.Field field : change.removed()) {
      if (field.kind().isSlot()) {
        Values.count(update, update.word(object, field.offset()), -1);
      }
    }
    if (moves()) {
      NewObject moved = NewObject.create(update, type.id(), now.size());
      fill(update, object, moved);
      update.changeCount(moved.offset(), 1);
      long[] words = update.copyWhole(object, ForwardFormat.SIZE);
      words[ForwardFormat.TARGET >> 3] = moved.offset();
      setClass(update, object, ClassIds.FORWARD);
      weak.move(update, object, moved.offset());
    } else {
      long[] image = new long[now.size() / Long.BYTES];
      fill(update, object, NewObject.of(object, image));
      long[] words = update.copyWhole(object, Math.max(stored.size(), now.size()));
      Arrays.fill(words, HEADER_WORDS, words.length, 0);
      System.arraycopy(image, HEADER_WORDS, words, HEADER_WORDS, image.length - HEADER_WORDS);
      setClass(update, object, type.id());
    }
  }

  /** The references move with the object: whom they lead to counts them as before. */
  private void fill(Update update, long object, NewObject image) {
    for (Map.Entry<Layout.Field, Layout.Field> entry : change.sources().entrySet()) {
      Layout.Field to = entry.getKey();
      Layout.Field from = entry.getValue();
      long bits = FieldBits.read(update, object, from);
      if (from.kind() != to.kind() && to.kind().isSlot()) {
        bits = otherStrength(update, bits, to.kind());
      }
      image.putBits(to, FieldBits.widen(from.kind(), to.kind(), bits));
    }
  }

  /** A reference that has become weak leads to the object's proxy, and the other way round. */
  private long otherStrength(Update update, long slot, FieldKind to) {
    if (slot == 0) {
      return 0;
    }
    long now =
        to == FieldKind.WEAK
            ? weak.proxyOf(update, behindForwards(update, slot))
            : WeakReferences.target(update, slot);
    Values.count(update, now, 1);
    Values.count(update, slot, -1);
    return now;
  }

  private static long behindForwards(Update update, long slot) {
    long object = slot;
    while ((int) update.rawWord(object + ObjectFormat.CLASS_ID) == ClassIds.FORWARD) {
      object = update.word(object, ForwardFormat.TARGET);
    }
    return object;
  }

  private static void setClass(Update update, long object, int classId) {
    long at = object + ObjectFormat.CLASS_ID;
    long count = update.rawWord(at) >>> Integer.SIZE;
    update.putRawWord(at, count << Integer.SIZE | classId);
  }
}

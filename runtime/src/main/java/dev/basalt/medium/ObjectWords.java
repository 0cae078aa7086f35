package dev.basalt.medium;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads words of objects in place, beside writers and without a lock. An object's first long is its
 * version: writers make it negative before they change anything else of the object, and set it to a
 * greater one afterwards. So one look at the version <em>behind</em> the load of a word tells
 * whether the word counts:
 *
 * <pre>{@code
 * long place = words.place(object);
 * long word = ObjectWords.load(place, offset);
 * if (ObjectWords.isUpTo(place, snapshot)) ... // or isPresent(place)
 * }</pre>
 *
 * <p>Nothing here looks at a limit: the object lies in the mapping, which has been looked at when
 * its handle was made, or by {@link Mapping#wordAt} just now.
 *
 * <p>Every field access comes through here, so it is made of what the compiler makes little of. The
 * mask tells it that a place is never negative, and the layout that it need not be aligned, so of
 * the JDK's own checks none is left. Plain loads with fences between them: an aligned long is never
 * torn. There are as few methods above as can be, because half a dozen of the JDK's lie below and
 * inlining stops at a depth of 15.
 */
public class ObjectWords {
  /** All of memory. */
  @SuppressWarnings("restricted")
  static final MemorySegment ALL = MemorySegment.ofAddress(0).reinterpret(Long.MAX_VALUE);

  private static final VarHandle WORDS =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /** More bits than an address has. */
  private static final long ADDRESSES = (1L << 56) - 1;

  /** Where offset 0 is. */
  final long base;

  ObjectWords(long base) {
    this.base = base;
  }

  /**
   * Reads the same words as another one does.
   *
   * @param same the other one
   */
  protected ObjectWords(ObjectWords same) {
    this.base = same.base;
  }

  /**
   * Where an object lies, for the other methods of this class and for nobody else.
   *
   * @param object its offset, which is not negative
   * @return its place
   */
  public final long place(long object) {
    return (base + object) & ADDRESSES;
  }

  /**
   * Reads an aligned long of an object.
   *
   * @param place where the object lies
   * @param wordOffset bytes from its start, within the object
   * @return the word; whether it counts must be asked next
   */
  public static long load(long place, int wordOffset) {
    return (long) WORDS.get(ALL, place + wordOffset);
  }

  /**
   * Whether a word that was read before is one of a snapshot. Whoever took the snapshot has seen
   * all that commits up to it have done; so if the version is not newer, nobody had begun to change
   * the object when the word was loaded.
   *
   * @param place where the object lies
   * @param snapshot the newest version that counts
   * @return whether the object is there, not being changed, and not newer than the snapshot
   */
  public static boolean isUpTo(long place, long snapshot) {
    VarHandle.loadLoadFence();
    long before = (long) WORDS.get(ALL, place) - 1; // of 0 and of what is negative: not below
    return Long.compareUnsigned(before, snapshot) < 0;
  }

  /**
   * Whether a word that was read before is one that is committed: a commit that had begun to change
   * the object before has ended now. What is read after this is not older. The places of a closed
   * mapping hold zeroes.
   *
   * @param place where the object lies
   * @return whether the object is there and not being changed
   */
  public static boolean isPresent(long place) {
    VarHandle.loadLoadFence();
    long version = (long) WORDS.get(ALL, place);
    VarHandle.loadLoadFence();
    return version > 0;
  }
}

package dev.basalt.object;

import dev.basalt.format.ClassIds;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.Structure;
import dev.basalt.tx.Still;
import dev.basalt.tx.Tx;
import java.lang.foreign.MemorySegment;

/**
 * What the objects in the heap consist of, for tools that go through all of them: checking and
 * compaction, while no update runs, and the collection of cycles, in a view. Nothing is checked
 * here but what is said.
 */
@SuppressWarnings("exports") // for the layers between this one and the public package
public final class ObjectShapes {
  private final ObjectSpace space;
  private final Tx tx;

  /** Takes a slot of an object. */
  public interface SlotVisitor {
    /**
     * Takes a slot.
     *
     * @param fieldOffset bytes from the object's start
     * @param slot what it holds
     */
    void visit(int fieldOffset, long slot);
  }

  /**
   * Creates a reader of a pool's objects.
   *
   * @param space the objects
   */
  public ObjectShapes(ObjectSpace space) {
    this(space, new Still(space.transactions(), false));
  }

  /**
   * Creates a reader of a pool's objects as a transaction sees them.
   *
   * @param space the objects
   * @param tx reads them
   */
  public ObjectShapes(ObjectSpace space, Tx tx) {
    this.space = space;
    this.tx = tx;
  }

  /**
   * The class id in an object's header.
   *
   * @param object the object
   * @return the id, whatever it is
   */
  public int classId(long object) {
    return (int) tx.word(object, ObjectFormat.CLASS_ID);
  }

  /**
   * The bytes of an object with its header.
   *
   * @param object the object
   * @return what its class and its length field say; negative or too much if they are damaged
   * @throws dev.basalt.error.CorruptPoolException if it has no class that the pool knows
   */
  public long sizeOf(long object) {
    return space.contents().sizeOf(tx, object);
  }

  /**
   * Whether objects with a class id may have slots.
   *
   * @param classId the class id
   * @return {@code false} if they never refer to anything
   */
  public static boolean hasSlots(int classId) {
    return Contents.hasSlots(classId);
  }

  /**
   * Visits every slot of an object: the words that may be counted references.
   *
   * @param object an object of sound size
   * @param visitor takes them
   */
  public void forEachSlot(long object, SlotVisitor visitor) {
    space.contents().forEachSlot(tx, object, visitor::visit);
  }

  /**
   * Visits the fields of an object that lead back, uncounted, to one that leads to it.
   *
   * @param object an object of sound size
   * @param visitor takes the place of the field and that of the object it leads to
   */
  public void forEachBack(long object, SlotVisitor visitor) {
    space.contents().forEachBack(tx, object, visitor::visit);
  }

  /**
   * Whether a slot holds something that has a meaning; a reference does, wherever it leads.
   *
   * @param slot the slot
   * @return whether its tag is known
   */
  public static boolean isSound(long slot) {
    return SlotFormat.tag(slot) <= SlotFormat.DIRECT;
  }

  /**
   * What the index of weak references finds for an object.
   *
   * @param object the object
   * @return the proxy, or 0
   */
  public long proxyOf(long object) {
    return space.weakReferences().index().find(tx, object);
  }

  /**
   * Whether the index of weak references is made when the pool is opened for writing.
   *
   * @return {@code true} after a compaction
   */
  public boolean isIndexUnbuilt() {
    return space.weakReferences().index().isUnbuilt(tx);
  }

  /**
   * Whether a slot leads to the index of weak references, which a compaction does not copy.
   *
   * @param object the object
   * @param fieldOffset the slot
   * @return whether it does
   */
  public boolean isWeakIndex(long object, int fieldOffset) {
    return space.weakReferences().index().isRoot(tx, object, fieldOffset);
  }

  /**
   * Writes into the copy of an object that the index of weak references is to be made anew, if the
   * object is where that is said.
   *
   * @param object the object
   * @param copy its copy
   */
  public void markIndexUnbuilt(long object, MemorySegment copy) {
    if (object == space.weakReferences().index().entry(tx)) {
      copy.set(Structure.U64, WeakIndex.unbuiltAt(), WeakIndex.unbuilt());
    }
  }

  /**
   * What to call the class of an object in a report.
   *
   * @param object the object
   * @return the class's name, or its id
   */
  public String className(long object) {
    int id = classId(object);
    return switch (id) {
      case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 -> "String";
      case ClassIds.LONG -> "Long";
      case ClassIds.DOUBLE -> "Double";
      case ClassIds.SLOTS -> "Slots";
      case ClassIds.TYPE_RECORD -> "TypeRecord";
      case ClassIds.LIMBO_NODE -> "LimboNode";
      case ClassIds.OPTIONAL -> "Optional";
      case ClassIds.VALUE -> "value";
      case ClassIds.ARRAY -> "array";
      case ClassIds.FORWARD -> "Forward";
      case ClassIds.WEAK_PROXY -> "WeakProxy";
      default -> {
        Type type = space.types().find(id);
        yield type == null ? "class " + id : type.shape().name();
      }
    };
  }

  /**
   * The string that a slot holds, for a report.
   *
   * @param slot the slot
   * @return the string
   * @throws RuntimeException if it holds no string
   */
  public String string(long slot) {
    return SlotFormat.isPointer(slot)
        ? Strings.read(tx, slot, classId(slot))
        : Strings.fromSlot(slot);
  }
}

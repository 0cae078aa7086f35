package dev.basalt.object;

import dev.basalt.error.UnsupportedTypeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hash codes that are the same in every process, for structures that keep them in a pool. Those of
 * most values are; an enum constant's is its identity's, and so is what a record makes of one.
 */
public final class StableHash {
  private static final int FACTOR = 31;

  private StableHash() {}

  /**
   * The hash code of a key; equal keys have equal ones.
   *
   * @param key the key
   * @return {@code key.hashCode()} if that does not depend on the process
   * @throws UnsupportedTypeException if the key is an array, which equals nothing but itself
   */
  public static int of(@Nullable Object key) {
    return switch (key) {
      case null -> 0;
      case Enum<?> constant -> constant.name().hashCode();
      case Record record -> ofRecord(record);
      case Optional<?> optional -> of(optional.orElse(null));
      default -> {
        if (key.getClass().isArray()) {
          throw new UnsupportedTypeException(
              "a %s cannot be a key: it equals nothing but itself; use a List"
                  .formatted(key.getClass().getTypeName()));
        }
        yield key.hashCode();
      }
    };
  }

  /** A record whose class defines {@code hashCode} itself may call other components equal. */
  private static int ofRecord(Record record) {
    RecordClass type = RecordClass.of(record.getClass());
    if (type.definesHashCode()) {
      return record.hashCode();
    }
    int hash = 0;
    for (int i = 0; i < type.size(); i++) {
      hash = FACTOR * hash + of(type.get(record, i));
    }
    return hash;
  }
}

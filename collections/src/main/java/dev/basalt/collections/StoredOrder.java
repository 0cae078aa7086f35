package dev.basalt.collections;

import dev.basalt.error.UnsupportedTypeException;
import dev.basalt.object.ObjectSpace;
import dev.basalt.object.PersistentObject;
import java.util.Collections;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A comparator as it is stored with its collection. Enum constants, records and persistent objects
 * are stored as what they are, the well-known ones of the JDK by this enum, and those without state
 * as an {@link OrderClass}. Others are refused: what a lambda does cannot be found again by another
 * process.
 */
enum StoredOrder implements Comparator<Object> {
  /** {@link Comparator#naturalOrder()}. */
  NATURAL(Comparator.naturalOrder()),
  /** {@link Collections#reverseOrder()}. */
  REVERSE(Collections.reverseOrder()),
  /** {@link String#CASE_INSENSITIVE_ORDER}. */
  CASE_INSENSITIVE(String.CASE_INSENSITIVE_ORDER);

  @SuppressWarnings("ImmutableEnumChecker") // the JDK's have no state
  private final Comparator<?> original;

  StoredOrder(Comparator<?> original) {
    this.original = original;
  }

  @Override
  @SuppressWarnings("unchecked") // the keys are what the original compares, or it throws
  public int compare(Object a, Object b) {
    return ((Comparator<Object>) original).compare(a, b);
  }

  /** What is stored for a comparator. */
  @SuppressWarnings("ReferenceEquality") // the JDK's are singletons
  static @Nullable Object toStored(@Nullable Comparator<?> order) {
    for (StoredOrder known : values()) {
      if (known.original == order) {
        return known;
      }
    }
    if (order == null
        || order instanceof Enum<?>
        || order instanceof Record
        || order instanceof PersistentObject) {
      return order;
    }
    String obstacle = OrderClass.obstacle(order.getClass());
    if (obstacle == null) {
      return new OrderClass(order.getClass().getName());
    }
    throw new UnsupportedTypeException(
        ("the comparator %s cannot be stored: %s; make it an enum, a record, a class without fields"
                + " and with a constructor without parameters, or a @Persistent class")
            .formatted(order.getClass().getName(), obstacle));
  }

  /** The comparator of what is stored for it. */
  @SuppressWarnings("unchecked") // only comparators are stored
  static @Nullable Comparator<Object> ofStored(ObjectSpace space, @Nullable Object stored) {
    return switch (stored) {
      case StoredOrder known -> (Comparator<Object>) known.original;
      case OrderClass byName -> byName.make(space);
      case null, default -> (Comparator<Object>) stored;
    };
  }
}

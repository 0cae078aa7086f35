package dev.basalt.object;

import dev.basalt.tx.TransactionManager;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The space of each pool's transactions. A space refers to its transactions, so both sides are
 * weak: the entry goes with the pool.
 */
final class OpenSpaces {
  private static final Map<TransactionManager, WeakReference<ObjectSpace>> SPACES =
      Collections.synchronizedMap(new WeakHashMap<>());

  private OpenSpaces() {}

  static void put(TransactionManager transactions, ObjectSpace space) {
    SPACES.put(transactions, new WeakReference<>(space));
  }

  static @Nullable ObjectSpace of(@Nullable TransactionManager transactions) {
    WeakReference<ObjectSpace> space = transactions == null ? null : SPACES.get(transactions);
    return space == null ? null : space.get();
  }
}

package dev.basalt.junit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * The pools of one test, or of one test class. A name means the pool of the innermost context that
 * has one of it. Kept in the context's store, which closes what a failure has left.
 */
final class PoolsOfContext implements AutoCloseable {
  private static final Namespace NAMESPACE = Namespace.create(PoolsOfContext.class);

  private final Map<String, PoolUnderTest> pools = new LinkedHashMap<>();

  /** The pool that an annotation means, in a context or in one around it; a new one if none. */
  static PoolUnderTest pool(ExtensionContext context, TestPool options) {
    for (Optional<ExtensionContext> around = Optional.of(context);
        around.isPresent();
        around = around.get().getParent()) {
      PoolsOfContext pools = of(around.get());
      PoolUnderTest found = pools == null ? null : pools.find(options.value());
      if (found != null) {
        return sameOptions(found, options);
      }
    }
    return store(context)
        .getOrComputeIfAbsent(
            context.getUniqueId(), id -> new PoolsOfContext(), PoolsOfContext.class)
        .findOrMake(options);
  }

  /** Ends the pools of a context, not those of the contexts around it. */
  static void end(ExtensionContext context) {
    PoolsOfContext pools = of(context);
    if (pools != null) {
      pools.close();
    }
  }

  /** A store shows what the stores around it have, so each context has a key of its own. */
  private static @Nullable PoolsOfContext of(ExtensionContext context) {
    return store(context).get(context.getUniqueId(), PoolsOfContext.class);
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  private static PoolUnderTest sameOptions(PoolUnderTest found, TestPool options) {
    if (!found.options().equals(options)) {
      throw new ExtensionConfigurationException(
          "the pool '%s' is asked for as %s and as %s: one name is one pool"
              .formatted(options.value(), found.options(), options));
    }
    return found;
  }

  private synchronized @Nullable PoolUnderTest find(String name) {
    return pools.get(name);
  }

  private synchronized PoolUnderTest findOrMake(TestPool options) {
    return pools.computeIfAbsent(options.value(), name -> new PoolUnderTest(options));
  }

  @Override
  public synchronized void close() {
    AssertionError failure = null;
    for (PoolUnderTest pool : pools.values()) {
      try {
        pool.end();
      } catch (RuntimeException | Error e) {
        if (failure == null) {
          failure = new AssertionError(e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    pools.clear();
    if (failure != null) {
      throw failure;
    }
  }
}

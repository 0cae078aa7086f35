package dev.basalt.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that Basalt throws by itself. All are unchecked; each message carries the
 * names and numbers that one needs to act on it.
 */
public abstract sealed class BasaltException extends RuntimeException
    permits ConflictException,
        CorruptPoolException,
        CrossPoolReferenceException,
        IncompatiblePoolException,
        MediaErrorException,
        NotEnhancedException,
        PoolAccessException,
        PoolClosedException,
        PoolFailedException,
        PoolFullException,
        PoolInUseException,
        ReadOnlyPoolException,
        SchemaException,
        StaleTransactionException,
        UnsupportedTypeException {
  private static final long serialVersionUID = 1L;

  BasaltException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  BasaltException(String message, boolean hasStackTrace) {
    super(message, null, hasStackTrace, hasStackTrace);
  }
}

package dev.basalt.backup;

/**
 * Bytes of a pool that are not as they were written.
 *
 * @param offset where they lie in the pool
 * @param length how many
 * @param message what is wrong
 * @param unreadable whether they could not be read
 */
public record Damage(long offset, long length, String message, boolean unreadable) {}

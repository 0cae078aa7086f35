package dev.basalt.check;

/**
 * Something that is wrong with a pool.
 *
 * @param kind what kind of fault it is
 * @param offset where it is
 * @param object the object from which or to which the path leads, or 0
 * @param message what is wrong
 */
public record Fault(FaultKind kind, long offset, long object, String message) {}

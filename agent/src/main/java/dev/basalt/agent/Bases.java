package dev.basalt.agent;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Superclasses that are not annotated and are persistent all the same, because a persistent class
 * inherits their state. A class is defined once, rewritten or not, so whoever asks first decides.
 * The same for all loaders of a name: a class that is rewritten without need works as before.
 * Thread-safe.
 */
final class Bases {
  private enum Fate {
    STORED,
    PLAIN
  }

  private final ConcurrentHashMap<String, Fate> fates = new ConcurrentHashMap<>();

  private volatile boolean hasAny;

  /** Whether there never was one, as nearly always. */
  boolean isEmpty() {
    return !hasAny;
  }

  /** Whether a class is to be rewritten for its subclasses. */
  boolean contains(String name) {
    return fates.get(name) == Fate.STORED;
  }

  /** Wants the state of a class stored; false if it has been defined without that. */
  boolean add(String name) {
    hasAny = true; // first: who finds the class stored looks for it in outlines, too
    return fates.putIfAbsent(name, Fate.STORED) != Fate.PLAIN;
  }

  /** Takes back what {@link #add} has done: the class cannot be stored. */
  void remove(String name) {
    fates.put(name, Fate.PLAIN);
  }

  /** Whether a class that is about to be defined is to be rewritten for its subclasses. */
  boolean define(String name) {
    return fates.putIfAbsent(name, Fate.PLAIN) == Fate.STORED;
  }
}

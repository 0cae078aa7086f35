package dev.basalt.object;

/**
 * Takes note of the objects that have handles, from some moment on. An object that is noted is not
 * reclaimed. Implementations are safe for use by any number of threads and never fail.
 */
public interface HandleNotes {
  /**
   * Notes an object; called while its handle lives and is in the table.
   *
   * @param object its place, perhaps one that is only reserved
   */
  void note(long object);

  /**
   * Forgets an object: the update that was to store it has been aborted.
   *
   * @param object its place
   */
  void forget(long object);

  /**
   * Whether an object has been noted.
   *
   * @param object its place
   * @return whether it is to be kept
   */
  boolean isNoted(long object);
}

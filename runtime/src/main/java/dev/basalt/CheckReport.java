package dev.basalt;

import java.util.List;

/**
 * What a check of a pool has found.
 *
 * @param findings the faults, at most a thousand, in the order in which they were found
 * @param omittedFindings how many more there are
 * @param objects blocks in use: objects, strings, parts of collections
 * @param objectBytes the space that they take
 * @param limboObjects objects without references that have not been reclaimed yet
 * @param unreachableObjects objects that refer to each other but that no root leads to; no fault
 * @param nanos how long the check took
 */
public record CheckReport(
    List<Finding> findings,
    long omittedFindings,
    long objects,
    long objectBytes,
    long limboObjects,
    long unreachableObjects,
    long nanos) {

  /** What can be wrong with a pool. */
  public enum Kind {
    /** A page that differs from its checksum: the medium has not kept what was written. */
    PAGE,
    /** The pool header: a field that must be zero, or a root directory that is none. */
    HEADER,
    /** The chunk table: an entry, or its directory. */
    CHUNK_TABLE,
    /** An allocation bitmap. */
    BITMAP,
    /** Two uses of the same chunk or block. */
    DOUBLE_USE,
    /** What is taken for free is not. */
    FREE_SPACE,
    /** The descriptions of the classes. */
    TYPE_TABLE,
    /** The list of what waits to be reclaimed. */
    LIMBO,
    /** The header of an object: its version or its class. */
    OBJECT,
    /** An object that is larger than its block. */
    SIZE,
    /** A slot that holds nothing that has a meaning. */
    SLOT,
    /** A reference to a place where no object is. */
    REFERENCE,
    /** A reference count. */
    COUNT,
    /** What weak references to an object have in common, or the index by which it is found. */
    WEAK,
    /** An object that nothing refers to and that is not waiting to be reclaimed. */
    LEAK,
    /** The pool cannot be opened, or a part of it cannot be read. */
    UNREADABLE
  }

  /**
   * A fault.
   *
   * @param kind what kind of fault it is
   * @param offset where in the pool it is
   * @param path a way from a root to the object concerned; empty if none is known
   * @param message what is wrong
   */
  public record Finding(Kind kind, long offset, String path, String message) {
    @Override
    public String toString() {
      return "%s at %d: %s%s"
          .formatted(kind, offset, message, path.isEmpty() ? "" : " (" + path + ")");
    }
  }

  /** Is told how far a check is. */
  public interface Progress {
    /**
     * Called now and then.
     *
     * @param step what is being done
     * @param done objects gone through in this step
     * @param total objects to go through
     */
    void at(String step, long done, long total);
  }

  /**
   * Whether nothing is wrong.
   *
   * @return {@code true} if there are no findings
   */
  public boolean isClean() {
    return findings.isEmpty() && omittedFindings == 0;
  }
}

package dev.basalt.check;

/** What can be wrong with a pool. */
public enum FaultKind {
  /** A page that differs from its checksum. */
  PAGE,
  /** The pool header: a field that must be zero, or a root directory that is none. */
  HEADER,
  /** The chunk table: an entry, or its directory. */
  CHUNK_TABLE,
  /** An allocation bitmap. */
  BITMAP,
  /** Two uses of the same chunk or block. */
  DOUBLE_USE,
  /** What the allocator takes for free is not. */
  FREE_SPACE,
  /** The chain of type records. */
  TYPE_TABLE,
  /** The chain of limbo nodes, or an entry in it. */
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
  /** The proxy of weak references to an object, or the index by which it is found. */
  WEAK,
  /** An object that nothing refers to and that is not in limbo. */
  LEAK,
  /** The pool cannot be opened, or a part of it cannot be read. */
  UNREADABLE
}

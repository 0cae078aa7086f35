/**
 * The pool's memory: the copy-on-write image of the heap, which of its pages have changed, and
 * which blocks are free. Uses the medium and the format. The transaction layer and recovery are its
 * callers; everything persistent that it decides becomes so through their log records.
 */
@NullMarked
package dev.basalt.memory;

import org.jspecify.annotations.NullMarked;

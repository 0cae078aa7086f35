/**
 * Goes through a whole pool while no update runs: which blocks there are, what leads to them, and
 * whether all of it fits together. Asks the object layer what objects consist of and knows chunk
 * table, limbo and type chain itself. Memory is bounded: some bytes per chunk and two bits per 16
 * bytes of pool. The public package and compaction call it.
 */
@NullMarked
package dev.basalt.check;

import org.jspecify.annotations.NullMarked;

/**
 * Transactions: snapshots, the version store, updates, commit and checkpoint. With recovery the
 * only layer that holds both the log and the heap. Knows objects as blocks with a version word and
 * a count; what is in them is the object layer's business.
 */
@NullMarked
package dev.basalt.tx;

import org.jspecify.annotations.NullMarked;

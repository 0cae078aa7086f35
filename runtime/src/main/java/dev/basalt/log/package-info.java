/**
 * The redo log: building, appending, syncing and scanning commit records, and the superblock that
 * says where the log starts. Uses the medium and the format; knows nothing of objects. The
 * transaction layer appends, recovery scans.
 */
@NullMarked
package dev.basalt.log;

import org.jspecify.annotations.NullMarked;

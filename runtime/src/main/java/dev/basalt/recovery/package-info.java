/**
 * From a medium to an open heap and log: creating a pool, choosing the superblock, replaying the
 * log. Uses everything below the object layer; the public package calls it.
 */
@NullMarked
package dev.basalt.recovery;

import org.jspecify.annotations.NullMarked;

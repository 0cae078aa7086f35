/**
 * Writes a dense pool from an existing one. Goes through the old pool with the means of the check,
 * and leaves superblock and log of the new one to recovery's {@link
 * dev.basalt.recovery.PoolCreator}. The public package calls it.
 */
@NullMarked
package dev.basalt.compact;

import org.jspecify.annotations.NullMarked;

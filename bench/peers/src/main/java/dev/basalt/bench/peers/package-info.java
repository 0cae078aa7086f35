/**
 * Other stores as contenders of {@link dev.basalt.bench.MapRates}, each as its documentation
 * proposes, without waiting for the disk. Values are the bytes of {@link
 * dev.basalt.bench.peers.Value}; a {@code get} decodes the number only.
 */
@NullMarked
package dev.basalt.bench.peers;

import org.jspecify.annotations.NullMarked;

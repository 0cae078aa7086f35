/**
 * Collections that live in a pool. Made with {@code new} like any other, stored by reachability;
 * each operation outside a transaction is atomic by itself. They use the runtime's exported
 * packages only.
 */
@NullMarked
package dev.basalt.collections;

import org.jspecify.annotations.NullMarked;

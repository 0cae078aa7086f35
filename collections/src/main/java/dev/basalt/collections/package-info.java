/**
 * Collections that live in a pool. Made with {@code new} like any other, stored by reachability;
 * each operation outside a transaction is atomic by itself. They use the runtime's exported
 * packages only.
 *
 * <p>A collection is a {@link dev.basalt.object.PersistentStructure}: it declares the layouts of
 * its own object and of its nodes, keeps a collection of the JDK as its plain state, writes that in
 * {@code $basalt$store} and forgets it in {@code $basalt$clear}. Each operation asks first whether
 * it is plain; a handle then works on the nodes inside {@code ObjectSpace.read} or {@code write},
 * which join the thread's transaction or are one of their own. References move between nodes as
 * slots, whose counts the transaction keeps; a node that nothing refers to is reclaimed like any
 * object. What can fail in an operation, such as storing a value, comes before its first link. Two
 * threads conflict where they meet at an object, or at a block of 512 bytes of a larger one.
 */
@NullMarked
package dev.basalt.collections;

import org.jspecify.annotations.NullMarked;

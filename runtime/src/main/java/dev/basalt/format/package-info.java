/**
 * What every byte of a pool means: one class per on-disk structure with its picture, its offsets
 * and its size. {@code docs/format.md} is the truth that these classes are tested against. Pure:
 * depends on nothing but the error types.
 */
@NullMarked
package dev.basalt.format;

import org.jspecify.annotations.NullMarked;

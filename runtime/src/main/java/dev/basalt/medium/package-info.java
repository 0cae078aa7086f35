/**
 * The thing under a pool that stores bytes. This is the only seam to storage and the only package
 * that calls the operating system or holds a raw address. Everything above sees {@link
 * dev.basalt.medium.Medium} and {@link dev.basalt.medium.Mapping}.
 */
@NullMarked
package dev.basalt.medium;

import org.jspecify.annotations.NullMarked;

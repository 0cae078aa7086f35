/**
 * JMH benchmarks. Each runs its contenders in one run; {@code bench/README.md} has the commands.
 */
@NullMarked
package dev.basalt.bench;

import org.jspecify.annotations.NullMarked;

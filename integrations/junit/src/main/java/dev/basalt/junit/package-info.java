/**
 * Pools for JUnit tests: {@link dev.basalt.junit.TestPool} on a parameter or a field gives a test a
 * fresh pool, which is closed and checked afterwards. Uses the runtime's public API only; called by
 * JUnit and by tests.
 */
@NullMarked
package dev.basalt.junit;

import org.jspecify.annotations.NullMarked;

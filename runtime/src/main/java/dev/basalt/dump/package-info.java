/**
 * Writes what is in a pool as text, for people. Finds the objects with the means of the check, in a
 * view; the object layer says what they hold. The public package calls it.
 */
@NullMarked
package dev.basalt.dump;

import org.jspecify.annotations.NullMarked;

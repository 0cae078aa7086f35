/**
 * Collects garbage that reference counts do not find: objects that refer to one another and that
 * neither roots nor handles reach. Marks with the means of the check, in a view, and takes the
 * references out of what is left, in updates under the commit lock; limbo does the rest. The public
 * package calls it.
 */
@NullMarked
package dev.basalt.cycles;

import org.jspecify.annotations.NullMarked;

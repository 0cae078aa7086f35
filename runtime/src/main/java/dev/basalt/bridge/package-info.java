/**
 * The door on which rewritten code knocks. Translates typed field accesses into words of objects.
 * Uses the object layer; called by rewritten classes only.
 */
@NullMarked
package dev.basalt.bridge;

import org.jspecify.annotations.NullMarked;

/**
 * Basalt's public API: open a {@link dev.basalt.Pool}, get its roots, change objects in updates and
 * read them in views. Uses every layer; nothing below knows it.
 */
@NullMarked
package dev.basalt;

import org.jspecify.annotations.NullMarked;

/**
 * Backups: a pool copied while it is in use, what has changed since an earlier backup, and the way
 * back. Reads and writes bytes of media, never objects. The public package calls it.
 */
@NullMarked
package dev.basalt.backup;

import org.jspecify.annotations.NullMarked;

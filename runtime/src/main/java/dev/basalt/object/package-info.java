/**
 * Objects: how plain Java objects get a place in the pool and how handles find it. Knows the type
 * table, the layout of classes, the encoding of values and the table of live handles. Uses the
 * transaction layer and below; the bridge and the public package use it. Exported because rewritten
 * classes implement {@link dev.basalt.object.PersistentObject}; programs do not call it.
 */
@NullMarked
package dev.basalt.object;

import org.jspecify.annotations.NullMarked;

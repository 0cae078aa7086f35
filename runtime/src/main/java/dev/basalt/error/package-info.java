/**
 * The typed errors of Basalt, one class per kind of trouble. They depend on nothing and are thrown
 * by every layer.
 */
@NullMarked
package dev.basalt.error;

import org.jspecify.annotations.NullMarked;

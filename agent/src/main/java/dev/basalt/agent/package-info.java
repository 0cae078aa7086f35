/**
 * The agent: rewrites persistent classes, and every class that touches their fields, while they are
 * loaded. Knows the annotations and, by name only, the runtime's bridge.
 */
@NullMarked
package dev.basalt.agent;

import org.jspecify.annotations.NullMarked;

/**
 * The same rewriting as the agent's, at build time. Uses the agent's rewriter and Maven's plugin
 * interface; called by Maven.
 */
@NullMarked
package dev.basalt.maven;

import org.jspecify.annotations.NullMarked;

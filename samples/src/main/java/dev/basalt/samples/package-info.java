/**
 * The command {@code basalt}. It only parses the command line, runs a subcommand and turns what
 * goes wrong into one line and an exit status; each subcommand is a package of its own.
 */
@NullMarked
package dev.basalt.samples;

import org.jspecify.annotations.NullMarked;

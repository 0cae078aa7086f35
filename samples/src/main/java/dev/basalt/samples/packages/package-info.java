/**
 * The main sample: the packages of a Debian-like system as a graph of persistent objects. Files in
 * the order of the data: {@link dev.basalt.samples.packages.ControlFile} reads text, {@link
 * dev.basalt.samples.packages.PackageRecord} is what it says, {@link
 * dev.basalt.samples.packages.Loader} turns that into the objects that {@link
 * dev.basalt.samples.packages.Catalog} holds, and the queries walk them. {@link
 * dev.basalt.samples.packages.DemoCommand} runs it all. Uses only the public API of Basalt.
 */
@NullMarked
package dev.basalt.samples.packages;

import org.jspecify.annotations.NullMarked;

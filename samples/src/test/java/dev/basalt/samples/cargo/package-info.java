/**
 * Cargo shipping, the domain of Evans's <em>Domain-Driven Design</em>: two dozen types written as
 * one writes a domain model, made persistent by annotations alone. Rewritten at build time.
 */
package dev.basalt.samples.cargo;

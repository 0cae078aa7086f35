/**
 * The annotations with which a program marks its persistent classes. They depend on nothing, so
 * that a domain model need not know the rest of Basalt.
 */
package dev.basalt.annotation;

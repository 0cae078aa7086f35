package dev.basalt.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the method that sets up the {@code transient} fields of an object that is found in a pool.
 *
 * <p>No constructor runs when a program meets a stored object for the first time: its transient
 * fields have their default values ({@code null}, 0, {@code false}). Then this method is called,
 * once for that Java object, before anybody else gets to see it. Should the Java object be garbage
 * collected and the stored one be met again, that is another Java object and another call. An
 * object that the program makes with {@code new} and stores keeps its transient fields; the method
 * is not called.
 *
 * <p>The method is an instance method of a {@link Persistent} class, has no parameters and returns
 * nothing; it may have any visibility. There is at most one in a class. Those of superclasses run
 * first; a method that overrides such a method runs in its place. It belongs to the transaction in
 * which the object was met, often a view, so it reads stored fields but does not write them. What
 * it throws reaches the code that met the object, and the next one to meet it calls the method
 * again.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnHandle {}

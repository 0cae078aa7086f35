package dev.basalt.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class whose instances can live in a pool.
 *
 * <p>An instance is an ordinary Java object until an update stores it into something persistent;
 * from then on its fields live in the pool. State inherited from a superclass that is itself
 * persistent, and the state that subclasses add, is stored as well. Without the Basalt agent the
 * annotation has no effect: the class is just a class.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Persistent {
  /**
   * Whether the class accepts that what it inherits from superclasses which are not persistent is
   * not stored. A handle has of it what the superclass's constructor without parameters makes: so
   * the message, cause and stack trace of an exception are gone. Without this, superclasses with
   * state are persistent too, as if they were annotated; where that is impossible, because they
   * belong to the JDK, were loaded earlier or have fields that cannot be stored, the class is
   * refused when it is rewritten. Said by the class that extends the one which is not persistent,
   * for all its subclasses.
   *
   * @return whether that state may be left behind
   */
  boolean withoutSuperclassState() default false;
}

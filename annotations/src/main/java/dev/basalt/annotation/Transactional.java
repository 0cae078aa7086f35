package dev.basalt.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method that runs in an update or, if {@link #readOnly()}, in a view. Any class may have
 * such methods, static ones too; the class need not be persistent.
 *
 * <p>The pool is that of the object that the method is called on, if it lives in one, else that of
 * the transaction in which the thread is; if there is neither, the call throws {@link
 * IllegalStateException}. Inside a transaction of that pool the method is part of it. Otherwise all
 * that it does happens, or, if it throws, nothing; the exception reaches the caller unchanged. An
 * update that meets a conflict runs the method's body again, so the body should have no effects
 * outside the pool.
 *
 * <p>The annotation is not inherited: an overriding method has its own or none. Constructors,
 * abstract and native methods cannot be transactional; a class that has one is refused when it is
 * rewritten. A {@code synchronized} method holds its lock around the whole transaction.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Transactional {
  /**
   * Whether the method runs in a view.
   *
   * @return {@code true} for a view, {@code false} for an update
   */
  boolean readOnly() default false;
}

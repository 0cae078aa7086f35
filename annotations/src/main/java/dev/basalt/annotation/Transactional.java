package dev.basalt.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a method that runs in an update or, if {@link #readOnly()}, in a view. */
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

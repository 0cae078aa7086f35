package dev.basalt.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says what a class or a field was called in older pools, so that they can still be read. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD})
public @interface RenamedFrom {
  /**
   * The earlier names, newest first. For a class the binary name ({@code com.acme.Outer$Inner}),
   * for a field the simple one.
   *
   * @return the earlier names
   */
  String[] value();
}

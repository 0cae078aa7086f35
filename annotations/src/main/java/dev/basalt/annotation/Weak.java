package dev.basalt.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a field of a persistent class that does not keep its target alive: as long as nothing but
 * weak fields leads to an object in a pool, and the program holds no reference to it, it may be
 * reclaimed at any time. All weak fields with that target become {@code null} in the same moment,
 * for views too. What a weak field has given the program stays as long as the program holds it, and
 * may be stored elsewhere again. As long as the field's own object is not in a pool, the field is
 * an ordinary one.
 *
 * <p>The target is an object of a persistent class or a persistent collection; other values are
 * stored in the field itself and cannot be reclaimed, so they are refused: by their type when the
 * class is rewritten, else when they are assigned. A plain object that is assigned is stored, and
 * stays as long as the program holds it or another field refers to it. The components of records
 * cannot be weak.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Weak {}

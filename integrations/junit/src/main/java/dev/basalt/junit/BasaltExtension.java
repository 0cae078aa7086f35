package dev.basalt.junit;

import dev.basalt.Pool;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Carries out {@link TestPool}, which registers it. */
final class BasaltExtension
    implements ParameterResolver,
        BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback {
  BasaltExtension() {}

  /** So that the pool of a constructor's parameter belongs to the test, not to the class. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.isAnnotated(TestPool.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return value(
        parameter.getParameter().getType(),
        parameter.getParameter(),
        parameter.findAnnotation(TestPool.class).orElseThrow(),
        context);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    inject(context, context.getRequiredTestClass(), null);
  }

  /** Also the objects around that of a nested class are new for each test. */
  @Override
  public void beforeEach(ExtensionContext context) {
    for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
      inject(context, instance.getClass(), instance);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    PoolsOfContext.end(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    PoolsOfContext.end(context);
  }

  /** Sets the instance fields of an object, or the static fields of a class. */
  private static void inject(ExtensionContext context, Class<?> type, @Nullable Object instance) {
    Predicate<Field> wanted =
        field -> Modifier.isStatic(field.getModifiers()) == (instance == null);
    for (Field field :
        AnnotationSupport.findAnnotatedFields(
            type, TestPool.class, wanted, HierarchyTraversalMode.TOP_DOWN)) {
      if (Modifier.isFinal(field.getModifiers())) {
        throw new ExtensionConfigurationException(field + " is final, and @TestPool sets it");
      }
      TestPool options = AnnotationSupport.findAnnotation(field, TestPool.class).orElseThrow();
      try {
        ReflectionSupport.makeAccessible(field)
            .set(instance, value(field.getType(), field, options, context));
      } catch (IllegalAccessException e) {
        throw new ExtensionConfigurationException("cannot set " + field, e);
      }
    }
  }

  private static Object value(
      Class<?> type, Object place, TestPool options, ExtensionContext context) {
    if (type != Pool.class && type != PoolUnderTest.class) {
      throw new ExtensionConfigurationException(
          "@TestPool on %s: its type must be %s or %s"
              .formatted(place, Pool.class.getName(), PoolUnderTest.class.getName()));
    }
    PoolUnderTest pool = PoolsOfContext.pool(context, options);
    return type == Pool.class ? pool.pool() : pool;
  }
}

package dev.basalt.agent;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the rewriter finds the class files of other classes: a class loader, or a build's folders.
 */
@FunctionalInterface
public interface ClassFileSource {
  /**
   * Opens a class file.
   *
   * @param path such as {@code java/lang/Object.class}
   * @return the file, which the caller closes, or {@code null} if there is none
   */
  @Nullable InputStream open(String path);
}

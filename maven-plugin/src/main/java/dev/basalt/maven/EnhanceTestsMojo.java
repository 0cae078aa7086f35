package dev.basalt.maven;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;

/** Rewrites the project's test classes. */
@Mojo(
    name = "enhance-tests",
    defaultPhase = LifecyclePhase.PROCESS_TEST_CLASSES,
    requiresDependencyResolution = ResolutionScope.TEST,
    threadSafe = true)
public final class EnhanceTestsMojo extends AbstractEnhanceMojo {
  /** The folder with the class files. */
  @Parameter(
      defaultValue = "${project.build.testOutputDirectory}",
      required = true,
      readonly = true)
  private File folder = new File("");

  /** What they were compiled against. */
  @Parameter(defaultValue = "${project.testClasspathElements}", required = true, readonly = true)
  private List<String> classPath = List.of();

  /** Makes the goal; Maven sets the fields. */
  public EnhanceTestsMojo() {}

  @Override
  Path folder() {
    return folder.toPath();
  }

  @Override
  List<String> classPath() {
    return classPath;
  }
}

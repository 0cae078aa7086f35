package dev.basalt.maven;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;

/** Rewrites the project's main classes. */
@Mojo(
    name = "enhance",
    defaultPhase = LifecyclePhase.PROCESS_CLASSES,
    requiresDependencyResolution = ResolutionScope.COMPILE,
    threadSafe = true)
public final class EnhanceMojo extends AbstractEnhanceMojo {
  /** The folder with the class files. */
  @Parameter(defaultValue = "${project.build.outputDirectory}", required = true, readonly = true)
  private File folder = new File("");

  /** What they were compiled against. */
  @Parameter(defaultValue = "${project.compileClasspathElements}", required = true, readonly = true)
  private List<String> classPath = List.of();

  /** Makes the goal; Maven sets the fields. */
  public EnhanceMojo() {}

  @Override
  Path folder() {
    return folder.toPath();
  }

  @Override
  List<String> classPath() {
    return classPath;
  }
}

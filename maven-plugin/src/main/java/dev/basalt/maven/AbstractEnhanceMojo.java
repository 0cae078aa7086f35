package dev.basalt.maven;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;

/** Rewrites a folder of the build. */
abstract class AbstractEnhanceMojo extends AbstractMojo {
  /** The folder with the class files. */
  abstract Path folder();

  /** What the classes were compiled against. */
  abstract List<String> classPath();

  @Override
  public void execute() throws MojoExecutionException, MojoFailureException {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      getLog().info("Basalt: no classes in " + folder);
      return;
    }
    List<Path> classPath = classPath().stream().map(Path::of).filter(Files::exists).toList();
    try {
      int changed = new Enhancer(folder, classPath).enhance();
      getLog().info("Basalt: " + changed + " classes rewritten in " + folder);
    } catch (Enhancer.RefusedException e) {
      throw new MojoFailureException(e.getMessage(), e);
    } catch (IOException e) {
      throw new MojoExecutionException(folder + " cannot be rewritten", e);
    }
  }
}

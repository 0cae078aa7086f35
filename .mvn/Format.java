import com.google.googlejavaformat.java.Main;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs google-java-format over the repository; the build calls it with "check" or "write". */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]);
    List<String> command = new ArrayList<>();
    command.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    List<String> files = sources(root);
    command.addAll(files);

    StringWriter unformatted = new StringWriter();
    PrintWriter errors = new PrintWriter(System.err, true);
    int status =
        files.isEmpty()
            ? 0
            : new Main(new PrintWriter(unformatted), errors, new ByteArrayInputStream(new byte[0]))
                .format(command.toArray(String[]::new));
    if (write || status == 0) {
      System.out.printf("Format: %d files %s%n", files.size(), write ? "formatted" : "checked");
    } else {
      System.err.print("Format: these files are not formatted:\n" + unformatted);
      System.err.println("Format: ./mvnw -Pformat formats them");
    }
    System.exit(status);
  }

  private static List<String> sources(Path root) throws IOException {
    List<String> files = new ArrayList<>();
    for (String modules : List.of("*", "tools/*", "integrations/*")) {
      addSources(root, modules, files);
    }
    files.add(root.resolve(".mvn/Format.java").toString());
    files.sort(null);
    return files;
  }

  private static void addSources(Path root, String modules, List<String> files) throws IOException {
    Path parent = root.resolve(modules).getParent();
    try (var folders =
        Files.newDirectoryStream(parent, folder -> Files.isDirectory(folder.resolve("src")))) {
      for (Path folder : folders) {
        try (var tree = Files.walk(folder.resolve("src"))) {
          tree.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(files::add);
        }
      }
    }
  }
}

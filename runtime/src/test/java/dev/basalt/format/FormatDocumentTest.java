package dev.basalt.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/format.md and the format classes say the same. */
class FormatDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "format.md");
  private static final Pattern HEADING = Pattern.compile("### Structure: (\\w+)");
  private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| (\\d+) \\| (\\d+) \\|.*\\|");

  private static final List<Structure> STRUCTURES =
      List.of(
          Superblock.structure(),
          BadRangesFormat.structure(),
          LogRecordFormat.structure(),
          SpillFormat.structure(),
          PoolHeaderFormat.structure(),
          TablePartFormat.structure(),
          ObjectFormat.structure(),
          SlotsFormat.structure(),
          BytesFormat.structure(),
          NumberFormat.structure(),
          ValueFormat.structure(),
          ArrayFormat.structure(),
          ForwardFormat.structure(),
          WeakProxyFormat.structure(),
          TypeRecordFormat.structure(),
          LimboNodeFormat.structure(),
          ChangesFormat.structure(),
          ChangedPageFormat.structure());

  @Test
  void documentAndCodeHaveTheSameStructuresWithTheSameFields() throws IOException {
    Map<String, List<Structure.Field>> inCode =
        STRUCTURES.stream()
            .collect(
                Collectors.toMap(Structure::name, Structure::fields, (a, b) -> a, TreeMap::new));
    assertThat(documented()).isEqualTo(inCode);
  }

  @Test
  void everyFormatClassWithAStructureIsCompared() throws IOException {
    try (Stream<Path> sources =
        Files.list(Path.of("src", "main", "java", "dev", "basalt", "format"))) {
      long structures =
          sources
              .filter(
                  source -> {
                    try {
                      return Files.readString(source).contains("Structure structure()");
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  })
              .count();
      assertThat(structures).isEqualTo(STRUCTURES.size());
    }
  }

  @Test
  void theDocumentNamesTheSizeClassesThatTheCodeHas() throws IOException {
    String text = Files.readString(DOCUMENT);
    List<String> fitting = new ArrayList<>();
    for (int i = 0; i < SizeClasses.count(); i++) {
      if (SizeClasses.blockSize(i) > 8192) {
        fitting.add(Integer.toString(SizeClasses.blockSize(i)));
      }
    }
    assertThat(text).contains(String.join(", ", fitting));
    assertThat(text).contains("room for " + LimboNodeFormat.CAPACITY + " entries");
    assertThat(text).contains("format, version " + Superblock.VERSION);
  }

  private static Map<String, List<Structure.Field>> documented() throws IOException {
    Map<String, List<Structure.Field>> structures = new TreeMap<>();
    List<Structure.Field> current = new ArrayList<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher heading = HEADING.matcher(line);
      Matcher row = ROW.matcher(line);
      if (heading.matches()) {
        current = new ArrayList<>();
        structures.put(heading.group(1), current);
      } else if (line.startsWith("#")) {
        current = new ArrayList<>();
      } else if (row.matches()) {
        current.add(
            new Structure.Field(
                row.group(1), Integer.parseInt(row.group(2)), Integer.parseInt(row.group(3))));
      }
    }
    return structures;
  }
}

package dev.basalt.samples.packages;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the input says about one package, checked and parsed, as plain values.
 *
 * @param name the package's name
 * @param version its version, or {@code null} for a name that the package database remembers
 *     without
 * @param architecture the architecture that it is built for, or {@code all}
 * @param maintainer who maintains it: a name and a mail address
 * @param section what it is about
 * @param priority how important it is
 * @param installedSizeKib the space that it takes when installed; 0 if unknown
 * @param summary what it is, in a line
 * @param essential whether a system cannot do without it
 * @param installed whether the package database says that it is installed
 * @param relations how it relates to others, in the order of {@link RelationKind} and of the fields
 */
record PackageRecord(
    String name,
    @Nullable String version,
    String architecture,
    String maintainer,
    String section,
    Priority priority,
    int installedSizeKib,
    String summary,
    boolean essential,
    boolean installed,
    List<RelationRecord> relations) {

  /**
   * One alternative of one clause.
   *
   * @param kind what it says
   * @param alternative whether it is another way to satisfy the clause of the relation before it
   * @param to the package, with the limits on its version
   */
  record RelationRecord(RelationKind kind, boolean alternative, DependencyParser.Alternative to) {}

  /**
   * Makes sense of a paragraph.
   *
   * @param paragraph describes a package
   * @return the description
   * @throws InputException if a field is missing or makes no sense
   */
  static PackageRecord of(Paragraph paragraph) {
    String name = paragraph.require("Package");
    String status = paragraph.get("Status", "");
    boolean installed = status.endsWith(" installed");
    boolean nameOnly = !status.isEmpty() && !installed;
    String architecture = paragraph.get("Architecture", "all").intern();
    return new PackageRecord(
        name,
        nameOnly ? paragraph.get("Version") : paragraph.require("Version"),
        architecture,
        paragraph.get("Maintainer", "unknown").intern(),
        paragraph.get("Section", "unknown").intern(),
        Priority.ofName(paragraph.get("Priority", "unknown")),
        sizeKib(paragraph),
        paragraph.get("Description", "").lines().findFirst().orElse(""),
        paragraph.get("Essential", "no").equals("yes"),
        installed,
        relations(paragraph, architecture));
  }

  private static int sizeKib(Paragraph paragraph) {
    String size = paragraph.get("Installed-Size", "0");
    try {
      int kib = Integer.parseInt(size);
      if (kib >= 0) {
        return kib;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw paragraph.error("Installed-Size", "'" + size + "' is not a number of KiB");
  }

  private static List<RelationRecord> relations(Paragraph paragraph, String architecture) {
    List<RelationRecord> relations = new ArrayList<>();
    for (RelationKind kind : RelationKind.values()) {
      String value = paragraph.get(kind.field());
      if (value != null) {
        for (List<DependencyParser.Alternative> clause : parse(paragraph, kind, value)) {
          boolean first = true;
          for (DependencyParser.Alternative alternative : clause) {
            if (alternative.appliesTo(architecture)) {
              relations.add(new RelationRecord(kind, !first, alternative));
              first = false;
            }
          }
        }
      }
    }
    return List.copyOf(relations);
  }

  private static List<List<DependencyParser.Alternative>> parse(
      Paragraph paragraph, RelationKind kind, String value) {
    try {
      return DependencyParser.parse(value);
    } catch (IllegalArgumentException e) {
      throw paragraph.error(kind.field(), String.valueOf(e.getMessage()));
    }
  }
}

package dev.basalt.samples.packages;

/**
 * How one package relates to another; each is a field of the package's description.
 *
 * @see <a href="https://www.debian.org/doc/debian-policy/ch-relationships.html">Debian Policy,
 *     chapter 7</a>
 */
enum RelationKind {
  PRE_DEPENDS(1, "Pre-Depends", "pre-depends on"),
  DEPENDS(2, "Depends", "depends on"),
  RECOMMENDS(3, "Recommends", "recommends"),
  SUGGESTS(4, "Suggests", "suggests"),
  ENHANCES(5, "Enhances", "enhances"),
  PROVIDES(6, "Provides", "provides"),
  BREAKS(7, "Breaks", "breaks"),
  CONFLICTS(8, "Conflicts", "conflicts with"),
  REPLACES(9, "Replaces", "replaces");

  private static final RelationKind[] ALL = values();

  private final byte code;
  private final String field;
  private final String verb;

  RelationKind(int code, String field, String verb) {
    this.code = (byte) code;
    this.field = field;
    this.verb = verb;
  }

  /** What stands for this kind in a pool. */
  byte code() {
    return code;
  }

  /** The field that holds relations of this kind. */
  String field() {
    return field;
  }

  /** What one says between the names of two packages. */
  String verb() {
    return verb;
  }

  /** Whether the one package does not work without the other. */
  boolean isHard() {
    return this == PRE_DEPENDS || this == DEPENDS;
  }

  /** Whether installing the one package brings the other, as package managers do it by default. */
  boolean brings() {
    return isHard() || this == RECOMMENDS;
  }

  static RelationKind of(byte code) {
    return ALL[code - 1];
  }
}

package dev.basalt.samples.packages;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Compares two catalogs completely. It pairs each object of the one with one of the other, starting
 * with the catalogs, and compares every field: values have to be equal, references have to lead to
 * a pair, and no object may be in two pairs. So the catalogs have the same objects with the same
 * values, linked in the same way, shared where the other's are shared.
 */
final class GraphComparison {
  private record Pair(Object left, Object right) {}

  /** Two objects do not agree. */
  private static final class Difference extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Difference(String message) {
      super(message);
    }
  }

  private final IdentityHashMap<Object, Object> rightOf = new IdentityHashMap<>();
  private final IdentityHashMap<Object, Object> leftOf = new IdentityHashMap<>();
  private final Queue<Pair> pending = new ArrayDeque<>();
  private @Nullable String difference;
  private Object current = "the catalog";

  private GraphComparison() {}

  /**
   * Compares.
   *
   * @param left a catalog
   * @param right another one, which is taken for the right one in messages
   * @return the result
   */
  static GraphComparison of(Catalog left, Catalog right) {
    GraphComparison comparison = new GraphComparison();
    try {
      comparison.run(left, right);
    } catch (Difference e) {
      comparison.difference = e.getMessage();
    }
    return comparison;
  }

  /** The first difference that was found, or {@code null} if there is none. */
  @Nullable String difference() {
    return difference;
  }

  /** The number of pairs. */
  int objects() {
    return rightOf.size();
  }

  private void run(Catalog left, Catalog right) {
    reference("root", left, right);
    for (Pair pair = pending.poll(); pair != null; pair = pending.poll()) {
      current = pair.right();
      compare(pair.left(), pair.right());
    }
  }

  private void compare(Object left, Object right) {
    switch (left) {
      case Catalog l when right instanceof Catalog r -> catalogs(l, r);
      case LoadState l when right instanceof LoadState r -> loadStates(l, r);
      case DebPackage l when right instanceof DebPackage r -> packages(l, r);
      case Version l when right instanceof Version r -> versions(l, r);
      case Relation l when right instanceof Relation r -> relations(l, r);
      case Maintainer l when right instanceof Maintainer r -> {
        value("name", l.name(), r.name());
        value("version count", l.versionCount(), r.versionCount());
        list("versions", l.versions(), r.versions());
      }
      case Section l when right instanceof Section r -> {
        value("name", l.name(), r.name());
        value("version count", l.versionCount(), r.versionCount());
        list("versions", l.versions(), r.versions());
      }
      default -> value("class", left.getClass(), right.getClass());
    }
  }

  private void catalogs(Catalog left, Catalog right) {
    value("version count", left.versionCount(), right.versionCount());
    value("installed count", left.installedCount(), right.installedCount());
    value("relation count", left.relationCount(), right.relationCount());
    reference("load state", left.loadState(), right.loadState());
    map("packages", left.packages(), right.packages());
    map("maintainers", left.maintainers(), right.maintainers());
    map("sections", left.sections(), right.sections());
  }

  private void loadStates(LoadState left, LoadState right) {
    value("input", left.input(), right.input());
    value("packages per update", left.packagesPerUpdate(), right.packagesPerUpdate());
    value("updates in all", left.updatesTotal(), right.updatesTotal());
    value("updates done", left.updatesDone(), right.updatesDone());
  }

  private void packages(DebPackage left, DebPackage right) {
    value("name", left.name(), right.name());
    list("versions", left.versions(), right.versions());
    list("references", left.references(), right.references());
    list("provisions", left.provisions(), right.provisions());
  }

  private void versions(Version left, Version right) {
    reference("package", left.debPackage(), right.debPackage());
    value("number", left.number(), right.number());
    value("architecture", left.architecture(), right.architecture());
    value("summary", left.summary(), right.summary());
    reference("maintainer", left.maintainer(), right.maintainer());
    reference("section", left.section(), right.section());
    value("installed size", left.installedSizeKib(), right.installedSizeKib());
    value("priority", left.priority(), right.priority());
    value("essential", left.isEssential(), right.isEssential());
    value("installed", left.isInstalled(), right.isInstalled());
    list("relations", left.relations(), right.relations());
  }

  private void relations(Relation left, Relation right) {
    reference("owner", left.owner(), right.owner());
    reference("target", left.target(), right.target());
    value("kind", left.kind(), right.kind());
    value("operator", left.operator(), right.operator());
    value("limit", left.limit(), right.limit());
    value("alternative", left.isAlternative(), right.isAlternative());
    value("any architecture", left.isAnyArchitecture(), right.isAnyArchitecture());
  }

  private void map(String what, Map<String, ?> left, Map<String, ?> right) {
    value("number of " + what, left.size(), right.size());
    int walked = 0;
    for (Map.Entry<String, ?> entry : left.entrySet()) {
      reference(what + ": " + entry.getKey(), entry.getValue(), right.get(entry.getKey()));
      walked++;
    }
    value("number of " + what + " met in a walk", walked, right.size());
  }

  private void list(String what, Iterable<?> left, Iterable<?> right) {
    Iterator<?> rights = right.iterator();
    int position = 0;
    for (Object each : left) {
      reference(what + "[" + position++ + "]", each, rights.hasNext() ? rights.next() : null);
    }
    value("more in " + what, false, rights.hasNext());
  }

  private void value(String what, @Nullable Object left, @Nullable Object right) {
    if (!Objects.equals(left, right)) {
      throw new Difference("%s: %s: is %s, not %s".formatted(current, what, left, right));
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same object is what this is about
  private void reference(String what, @Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      value(what, left, right);
      return;
    }
    Object pairedRight = rightOf.putIfAbsent(left, right);
    Object pairedLeft = leftOf.putIfAbsent(right, left);
    if (pairedRight == null && pairedLeft == null) {
      pending.add(new Pair(left, right));
    } else if (pairedRight != right || pairedLeft != left) {
      throw new Difference(
          "%s: %s: leads to %s, but not to the same object as elsewhere, %s"
              .formatted(current, what, left, right));
    }
  }
}

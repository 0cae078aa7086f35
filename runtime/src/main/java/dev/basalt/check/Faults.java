package dev.basalt.check;

import java.util.ArrayList;
import java.util.List;

/** Collects faults: the first thousand as they are, the others as a number. */
public final class Faults {
  private static final int KEPT_MAX = 1000;

  private final List<Fault> kept = new ArrayList<>();
  private long omitted;

  /** Creates an empty collection. */
  public Faults() {}

  void add(FaultKind kind, long offset, String message) {
    add(new Fault(kind, offset, 0, message));
  }

  /** Adds a fault of an object, to which the report gives a path. */
  void addOf(FaultKind kind, long object, String message) {
    add(new Fault(kind, object, object, message));
  }

  void add(Fault fault) {
    if (kept.size() < KEPT_MAX) {
      kept.add(fault);
    } else {
      omitted++;
    }
  }

  /**
   * The faults.
   *
   * @return the first ones, in the order in which they were found
   */
  public List<Fault> kept() {
    return List.copyOf(kept);
  }

  /**
   * How many more there are.
   *
   * @return the number
   */
  public long omitted() {
    return omitted;
  }
}

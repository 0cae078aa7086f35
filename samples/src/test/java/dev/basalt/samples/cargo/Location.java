package dev.basalt.samples.cargo;

import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Pattern;

/** A port or a terminal; persistent because its superclass is. */
final class Location extends Entity<Location.UnLocode> implements Comparable<Location> {
  /** Country and place, as the United Nations abbreviate them. */
  record UnLocode(String code) {
    private static final Pattern VALID = Pattern.compile("[A-Z]{2}[A-Z2-9]{3}");

    UnLocode {
      code = code.toUpperCase(Locale.ROOT);
      if (!VALID.matcher(code).matches()) {
        throw new IllegalArgumentException(code + " is no UN/LOCODE");
      }
    }
  }

  private final String name;
  private final ZoneId zone;
  private int visits;

  Location(String code, String name, String zone) {
    this.name = name;
    this.zone = ZoneId.of(zone);
    super(new UnLocode(code));
  }

  void visited() {
    visits++;
  }

  int visits() {
    return visits;
  }

  ZoneId zone() {
    return zone;
  }

  String code() {
    return id().code();
  }

  @Override
  public int compareTo(Location other) {
    return code().compareTo(other.code());
  }

  @Override
  public String toString() {
    return name;
  }
}

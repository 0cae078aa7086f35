package dev.basalt.samples.cargo;

import dev.basalt.annotation.Persistent;
import java.time.Instant;
import java.util.UUID;

/** What has happened to a cargo: a sealed hierarchy of persistent classes. */
@Persistent
abstract sealed class HandlingEvent implements Comparable<HandlingEvent> {
  protected final Location location;
  private final Instant time;
  private final UUID reportId;

  HandlingEvent(Location location, Instant time) {
    this.location = location;
    this.time = time;
    this.reportId = new UUID(time.toEpochMilli(), location.hashCode());
    location.visited();
  }

  static final class Received extends HandlingEvent {
    Received(Location location, Instant time) {
      super(location, time);
    }
  }

  /** What happens between a ship and a quay. */
  abstract static sealed class OnVoyage extends HandlingEvent {
    protected final Voyage voyage;

    OnVoyage(Location location, Instant time, Voyage voyage) {
      this.voyage = voyage;
      super(location, time);
    }

    abstract Location placeIn(Itinerary.Leg leg);

    boolean isLegOf(Itinerary itinerary) {
      for (Itinerary.Leg leg : itinerary) {
        if (voyage.equals(leg.voyage()) && location.equals(placeIn(leg))) {
          return true;
        }
      }
      return false;
    }
  }

  static final class Loaded extends OnVoyage {
    Loaded(Location location, Instant time, Voyage voyage) {
      super(location, time, voyage);
    }

    @Override
    Location placeIn(Itinerary.Leg leg) {
      return leg.load();
    }
  }

  static final class Unloaded extends OnVoyage {
    Unloaded(Location location, Instant time, Voyage voyage) {
      super(location, time, voyage);
    }

    @Override
    Location placeIn(Itinerary.Leg leg) {
      return leg.unload();
    }
  }

  static final class Claimed extends HandlingEvent {
    private final Party by;

    Claimed(Location location, Instant time, Party by) {
      super(location, time);
      this.by = by;
    }
  }

  boolean isExpectedBy(Itinerary itinerary) {
    return switch (this) {
      case Received _ -> itinerary.start().equals(location);
      case Claimed claimed -> itinerary.end().equals(claimed.location);
      case OnVoyage onVoyage -> onVoyage.isLegOf(itinerary);
    };
  }

  UUID reportId() {
    return reportId;
  }

  @Override
  public int compareTo(HandlingEvent other) {
    return time.compareTo(other.time);
  }

  @Override
  public String toString() {
    String detail =
        switch (this) {
          case Received _ -> "received";
          case Loaded loaded -> "loaded on " + loaded.voyage.id().text();
          case Unloaded unloaded -> "unloaded from " + unloaded.voyage.id().text();
          case Claimed claimed -> "claimed by " + claimed.by.displayName();
        };
    return "%s in %s at %s".formatted(detail, location, time);
  }
}

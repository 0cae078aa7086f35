package dev.basalt.samples.cargo;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is shipped. */
class Cargo extends Entity<Cargo.TrackingId> {
  record TrackingId(String text) implements Comparable<TrackingId> {
    @Override
    public int compareTo(TrackingId other) {
      return text.compareTo(other.text);
    }
  }

  enum Status {
    NOT_RECEIVED,
    IN_PORT,
    ON_BOARD {
      @Override
      boolean isOnTheMove() {
        return true;
      }
    },
    CLAIMED;

    boolean isOnTheMove() {
      return false;
    }
  }

  /** How far the cargo is; it knows its cargo, as an inner class does. */
  @dev.basalt.annotation.Persistent
  class Delivery {
    private Status status = Status.NOT_RECEIVED;
    private Optional<Location> lastKnown = Optional.empty();
    private boolean misdirected;

    void follow(HandlingEvent event) {
      status =
          switch (event) {
            case HandlingEvent.Received _, HandlingEvent.Unloaded _ -> Status.IN_PORT;
            case HandlingEvent.Loaded _ -> Status.ON_BOARD;
            case HandlingEvent.Claimed _ -> Status.CLAIMED;
          };
      lastKnown = Optional.of(event.location);
      misdirected |= itinerary == null || !event.isExpectedBy(itinerary);
    }

    boolean isOnTrack() {
      return !misdirected && itinerary != null && route.isSatisfiedBy(itinerary);
    }

    @Override
    public String toString() {
      return "%s%s %s%s"
          .formatted(
              status,
              status.isOnTheMove() ? " from" : "",
              lastKnown.map(Location::toString).orElse("nowhere"),
              isOnTrack() ? "" : ", off track");
    }
  }

  private final Party sender;
  private long kilograms;
  private RouteSpecification route;
  private Itinerary itinerary;
  private final Delivery delivery = new Delivery();
  private final List<HandlingEvent> history = new ArrayList<>();
  private final Map<String, Charge> charges = new HashMap<>();
  private transient Instant lastSeen;

  Cargo(String id, Party sender, long kilograms, RouteSpecification route) {
    super(new TrackingId(id));
    this.sender = sender;
    this.kilograms = kilograms;
    this.route = route;
    charges.put(
        "handling", new Charge.Flat("handling", new Charge.Money(new BigDecimal("80"), "EUR")));
    charges.put(
        "freight", new Charge.ByWeight(new Charge.Money(new BigDecimal("41.125"), "EUR"), this));
  }

  void assign(Itinerary way) {
    if (!route.isSatisfiedBy(way)) {
      throw new IllegalArgumentException("the itinerary does not lead to " + route.destination());
    }
    itinerary = way;
  }

  void redirect(Location destination) {
    route = new RouteSpecification(route.origin(), destination, route.deadline().plusDays(7));
    charges.merge(
        "redirection",
        new Charge.Percentage(charges.get("freight"), 15),
        (old, now) -> new Charge.Percentage(old, 200));
  }

  void handle(HandlingEvent event) {
    history.add(event);
    delivery.follow(event);
    lastSeen = Instant.EPOCH;
  }

  BigDecimal tons() {
    return BigDecimal.valueOf(kilograms, 3);
  }

  Charge.Money price() {
    return charges.values().stream()
        .map(Charge::money)
        .reduce(Charge.Money.NOTHING, Charge.Money::plus);
  }

  /** How many events of each kind there were: a collection that is not stored. */
  Map<Status, Integer> summary() {
    Map<Status, Integer> counts = new EnumMap<>(Status.class);
    for (HandlingEvent event : history) {
      Status status = event instanceof HandlingEvent.Loaded ? Status.ON_BOARD : Status.IN_PORT;
      counts.merge(status, 1, Integer::sum);
    }
    return counts;
  }

  String report() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s of %s: %s, %s t, %s\n"
            .formatted(this, sender.displayName(), delivery, tons(), price()));
    history.stream().sorted().forEach(event -> text.append("  ").append(event).append('\n'));
    return text.append("  ").append(summary()).append('\n').toString();
  }
}

package dev.basalt.samples.cargo;

import java.time.LocalDate;

/** Where a cargo is to go, and until when: a value that is a condition of itineraries. */
record RouteSpecification(Location origin, Location destination, LocalDate deadline)
    implements Specification<Itinerary> {
  RouteSpecification {
    if (origin.equals(destination)) {
      throw new IllegalArgumentException("from %s to itself".formatted(origin));
    }
  }

  @Override
  public boolean isSatisfiedBy(Itinerary itinerary) {
    Specification<Itinerary> there = way -> way.end().equals(destination);
    Specification<Itinerary> late =
        way -> way.arrival().atZone(destination.zone()).toLocalDate().isAfter(deadline);
    return there
        .and(way -> way.start().equals(origin))
        .and(Itinerary::isConnected)
        .and(late.not())
        .isSatisfiedBy(itinerary);
  }
}

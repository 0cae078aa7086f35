package dev.basalt.samples.cargo;

import dev.basalt.annotation.Persistent;
import dev.basalt.annotation.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The line: all that there is, and what can be done with it. */
@Persistent
class Shipping {
  private static final Instant START = Instant.parse("2026-03-01T06:00:00Z");

  private final Map<Location.UnLocode, Location> locations = new HashMap<>();
  private final Map<Voyage.Number, Voyage> voyages = new HashMap<>();
  private final Map<Cargo.TrackingId, Cargo> cargos = new HashMap<>();
  private final Map<Location, List<Cargo>> byDestination = new HashMap<>();
  private int booked;

  @Transactional
  void found() {
    add(new Location("DEHAM", "Hamburg", "Europe/Berlin"));
    add(new Location("SESTO", "Stockholm", "Europe/Stockholm"));
    add(new Location("CNHKG", "Hong Kong", "Asia/Hong_Kong"));
    add(new Location("USNYC", "New York", "America/New_York"));
    add(
        new Voyage.Builder(new Voyage.Number("0100S", 2026), at("CNHKG"), START)
            .to(at("DEHAM"), 500)
            .to(at("SESTO"), 40)
            .build());
    add(
        new Voyage.Builder(
                new Voyage.Number("0200T", 2026), at("DEHAM"), START.plusSeconds(2_000_000))
            .to(at("USNYC"), 220)
            .build());
  }

  private void add(Location location) {
    locations.put(location.id(), location);
  }

  private void add(Voyage voyage) {
    voyages.put(voyage.id(), voyage);
  }

  private Location at(String code) {
    return locations.get(new Location.UnLocode(code));
  }

  private Voyage voyage(String number) {
    return voyages.get(new Voyage.Number(number, 2026));
  }

  @Transactional
  Cargo book(Party sender, long kilograms, String from, String to, LocalDate deadline) {
    RouteSpecification route = new RouteSpecification(at(from), at(to), deadline);
    Cargo cargo = new Cargo("C%03d".formatted(++booked), sender, kilograms, route);
    if (kilograms <= 0) {
      throw new IllegalArgumentException("a cargo of %d kg".formatted(kilograms));
    }
    cargos.put(cargo.id(), cargo);
    byDestination.computeIfAbsent(at(to), place -> new java.util.ArrayList<>()).add(cargo);
    return cargo;
  }

  /** Some weeks of work. */
  void work() {
    Party.Person ada = new Party.Person("Ada", "byron", Optional.of(MonthDay.of(12, 10)));
    Party acme = new Party.Company("Acme", ada);
    Cargo books = book(ada, 1250, "CNHKG", "SESTO", LocalDate.of(2026, 4, 1));
    Cargo anvils = book(acme, 70_001, "CNHKG", "USNYC", LocalDate.of(2026, 4, 20));
    route(books, anvils);
    travel(books, anvils, ada);
  }

  @Transactional
  void route(Cargo books, Cargo anvils) {
    Voyage south = voyage("0100S");
    books.assign(new Itinerary(new Itinerary.Leg(south, at("CNHKG"), at("SESTO"))));
    Itinerary.Leg first = new Itinerary.Leg(south, at("CNHKG"), at("DEHAM"));
    anvils.assign(
        new Itinerary(first, new Itinerary.Leg(voyage("0200T"), at("DEHAM"), at("USNYC"))));
  }

  @Transactional
  void travel(Cargo books, Cargo anvils, Party claims) {
    Voyage south = voyage("0100S");
    for (Cargo cargo : List.of(books, anvils)) {
      cargo.handle(new HandlingEvent.Received(at("CNHKG"), START.minusSeconds(3600)));
      cargo.handle(new HandlingEvent.Loaded(at("CNHKG"), START, south));
    }
    south.delay(Duration.ofHours(9));
    anvils.handle(new HandlingEvent.Unloaded(at("SESTO"), south.arrivalAt(at("SESTO")), south));
    books.handle(new HandlingEvent.Unloaded(at("SESTO"), south.arrivalAt(at("SESTO")), south));
    books.handle(new HandlingEvent.Claimed(at("SESTO"), START.plus(Duration.ofDays(30)), claims));
    anvils.redirect(at("DEHAM"));
    anvils.redirect(at("SESTO"));
  }

  /** All that can be seen, in an order that does not depend on where things lie. */
  @Transactional(readOnly = true)
  String report() {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(cargos).values().forEach(cargo -> text.append(cargo.report()));
    locations.values().stream()
        .sorted()
        .forEach(
            place ->
                text.append(
                    "%s: %d visits, destination of %d\n"
                        .formatted(
                            place,
                            place.visits(),
                            byDestination.getOrDefault(place, List.of()).size())));
    voyages.values().stream()
        .map(voyage -> voyage + " at sea for " + voyage.atSea())
        .sorted()
        .forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  int booked() {
    return booked;
  }
}

package dev.basalt.samples.cargo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A ship's way from port to port. */
class Voyage extends Entity<Voyage.Number> {
  record Number(String text, int year) {}

  /** From one port to the next; a value with references to entities in it. */
  record Movement(Location from, Location to, Instant departure, Instant arrival) {
    Duration time() {
      return Duration.between(departure, arrival);
    }
  }

  private final List<Movement> schedule;
  private Duration delay = Duration.ZERO;

  private Voyage(Number number, List<Movement> schedule) {
    super(number);
    this.schedule = schedule;
  }

  /** Not persistent: it is gone when the voyage is made. */
  static final class Builder {
    private final Number number;
    private final List<Movement> schedule = new ArrayList<>();
    private Location at;
    private Instant time;

    Builder(Number number, Location start, Instant time) {
      this.number = number;
      this.at = start;
      this.time = time;
    }

    Builder to(Location next, int hours) {
      Instant arrival = time.plus(Duration.ofHours(hours));
      schedule.add(new Movement(at, next, time, arrival));
      at = next;
      time = arrival.plus(Duration.ofHours(6));
      return this;
    }

    Voyage build() {
      return new Voyage(number, new ArrayList<>(schedule));
    }
  }

  void delay(Duration more) {
    delay = delay.plus(more);
  }

  Optional<Movement> from(Location location) {
    return schedule.stream().filter(movement -> movement.from().equals(location)).findFirst();
  }

  Optional<Movement> to(Location location) {
    return schedule.stream().filter(movement -> movement.to().equals(location)).findFirst();
  }

  Instant arrivalAt(Location location) {
    return to(location).orElseThrow().arrival().plus(delay);
  }

  Duration atSea() {
    return schedule.stream().map(Movement::time).reduce(Duration.ZERO, Duration::plus);
  }
}

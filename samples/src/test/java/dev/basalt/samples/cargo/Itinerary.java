package dev.basalt.samples.cargo;

import dev.basalt.annotation.Persistent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The plan of a cargo's journey: an entity without an identity of its own. */
@Persistent
class Itinerary implements Iterable<Itinerary.Leg> {
  record Leg(Voyage voyage, Location load, Location unload) {
    Instant arrival() {
      return voyage.arrivalAt(unload);
    }
  }

  private final List<Leg> legs = new ArrayList<>();

  Itinerary(Leg... legs) {
    this.legs.addAll(List.of(legs));
  }

  Location start() {
    return legs.get(0).load();
  }

  Location end() {
    return legs.get(legs.size() - 1).unload();
  }

  Instant arrival() {
    return legs.get(legs.size() - 1).arrival();
  }

  boolean isConnected() {
    for (int i = 1; i < legs.size(); i++) {
      if (!legs.get(i).load().equals(legs.get(i - 1).unload())) {
        return false;
      }
    }
    return !legs.isEmpty();
  }

  @Override
  public Iterator<Leg> iterator() {
    return legs.iterator();
  }
}

package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.util.ArrayList;
import java.util.List;

/** Constructors and initialisers of all kinds, static members, final fields. */
public final class Building implements Member<Building.House> {
  @Persistent
  public static class Part {
    private static int count;
    static final List<String> LOG = new ArrayList<>();
    static String last;

    static {
      LOG.add("static");
    }

    final int number = ++count;
    final String label;
    protected String log = "";

    {
      log += "init,";
    }

    Part(String label) {
      log += "constructor,";
      this.label = label;
      last = describe();
      log += "done,";
    }

    Part() {
      this("default");
      log += "delegated,";
    }

    String describe() {
      return "part " + label;
    }
  }

  /** Assigns its fields before its superclass's constructor calls it. */
  public static class House extends Part {
    private final int rooms;
    private final double size;
    private final Part door;
    private final String seenEarly;
    private static final int ROOMS_MAX = 9;
    static final String TYPE;

    static {
      TYPE = "house of " + ROOMS_MAX;
    }

    House(int rooms, Part door) {
      if (rooms < 0 || rooms > ROOMS_MAX) {
        throw new IllegalArgumentException("rooms: " + rooms);
      }
      this.rooms = rooms;
      size = rooms > 2 ? rooms * 20.5 : 15;
      this.door = door;
      super("house");
      seenEarly = last;
      log += "house";
    }

    House(String text) {
      int parsed = Integer.parseInt(text.strip());
      Part made = new Part();
      this(parsed, made);
    }

    @Override
    String describe() {
      return rooms + " rooms, " + size + ", " + (door == null ? "no door" : door.label);
    }
  }

  /** Lets itself be seen before it is complete, and fails. */
  @Persistent
  public static class Escaping {
    static final List<Escaping> SEEN = new ArrayList<>();
    int step;
    String text = "initial";

    Escaping(int limit) {
      step = 1;
      SEEN.add(this);
      try {
        while (true) {
          step++;
          if (step > limit) {
            throw new IllegalStateException("step " + step);
          }
        }
      } catch (IllegalStateException e) {
        text = e.getMessage();
        if (limit == 0) {
          throw e;
        }
      } finally {
        step += 100;
      }
    }
  }

  @Override
  public House make() {
    return new House(" 4 ");
  }

  @Override
  public void run(House house, Trace trace) {
    trace.add(house.rooms, house.size, house.door.label, house.seenEarly, house.log);
    trace.add(house.door.log, house.label, house.describe(), House.TYPE);
    trace.addThrown(() -> new House(10, null));
    House other = new House(1, house);
    trace.add(other.seenEarly, other.door == house, other.number > 0);
    trace.addThrown(() -> new Escaping(0));
    Escaping failed = Escaping.SEEN.getLast();
    trace.add(failed.step, failed.text, new Escaping(3).text, Escaping.SEEN.getLast().step);
  }
}

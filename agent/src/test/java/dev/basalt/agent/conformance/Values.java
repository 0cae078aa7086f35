package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Fields of value types: enums, records with what they hold, numbers, dates, optionals. */
public final class Values implements Member<Values.Order> {
  enum State {
    OPEN,
    SENT {
      @Override
      boolean isFinal() {
        return true;
      }
    };

    boolean isFinal() {
      return false;
    }

    State next() {
      return values()[(ordinal() + 1) % values().length];
    }
  }

  sealed interface Part permits Single, Pair {}

  record Single(String name, int count) implements Part {
    Single {
      if (count < 0) {
        throw new IllegalArgumentException("count " + count);
      }
    }
  }

  record Pair(Part left, Part right, Order owner) implements Part {}

  record Box<T>(T content) {
    static <T> Box<T> of(T content) {
      return new Box<>(content);
    }
  }

  @Persistent
  public static class Order {
    private State state = State.OPEN;
    private DayOfWeek day = DayOfWeek.FRIDAY;
    private Part part = new Single("bolt", 2);
    private Box<? extends Comparable<?>> box = Box.of(7L);
    private UUID id = new UUID(1, 2);
    private BigInteger large = BigInteger.TWO.pow(200);
    private BigDecimal price = new BigDecimal("12.50");
    private LocalDate date = LocalDate.of(2024, 2, 29);
    private Duration time = Duration.ofMillis(1234);
    private Optional<String> note = Optional.empty();
    private Optional<Order> parent = Optional.empty();
    private Object any = State.SENT;

    String kind() {
      return switch (state) {
        case OPEN -> "open";
        case SENT -> "sent";
      };
    }
  }

  @Override
  public Order make() {
    Order order = new Order();
    order.parent = Optional.of(order);
    order.part = new Pair(order.part, new Pair(new Single("nut", 3), null, order), order);
    return order;
  }

  private static int count(Part part) {
    return switch (part) {
      case Single(String name, int count) when name.startsWith("b") -> 100 * count;
      case Single(var name, var count) -> count;
      case Pair(Single(_, int count), var right, _) -> count + count(right);
      case Pair(var left, var right, Order owner) -> owner.kind().length() + count(right);
      case null -> -1;
    };
  }

  @Override
  public void run(Order order, Trace trace) {
    trace.add(order.kind(), order.state.isFinal(), order.state == State.OPEN);
    order.state = order.state.next();
    trace.add(order.kind(), order.state.isFinal(), order.state, order.state.compareTo(State.OPEN));
    trace.add(order.state == order.any, order.any instanceof State s && s.isFinal());
    Map<State, Integer> counts = new EnumMap<>(State.class);
    counts.merge(order.state, 1, Integer::sum);
    trace.add(counts, order.day.plus(3), order.day == DayOfWeek.FRIDAY);
    trace.add(count(order.part), order.part instanceof Pair(var l, Pair p, var o) && o == order);
    order.part = ((Pair) order.part).left();
    trace.add(order.part, order.part.equals(new Single("bolt", 2)), order.part.hashCode() != 0);
    trace.addThrown(() -> order.part = new Single("wrong", -1));
    trace.add(order.box, order.box.content().equals(7L));
    order.box = Box.of(order.price);
    trace.add(order.box, order.id, order.large, order.price.add(BigDecimal.ONE));
    order.price = order.price.setScale(1);
    trace.add(order.price, order.price.scale(), order.date.plusYears(1), order.time.plusNanos(1));
    trace.add(order.note.isPresent(), order.parent.get() == order);
    order.note = Optional.of("note of " + order.parent.map(Order::kind).orElseThrow());
    order.parent = order.parent.filter(p -> p != order);
    trace.add(order.note, order.parent);
    for (Object value :
        new Object[] {order.note, order.date, order.id, Box.of(Box.of("in")), order}) {
      order.any = value;
      trace.add(order.any.equals(value), order.any.getClass() == value.getClass());
    }
    order.large = order.large.negate();
    trace.add(order.large.signum());
  }
}

package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/** Less usual uses: resources, exceptions, subclasses of inner classes, static locks, iterators. */
public final class Corners implements Member<Corners.Desk> {
  /** An exception whose own state is stored, that of its superclass not. */
  @Persistent(withoutSuperclassState = true)
  public static class Trouble extends RuntimeException {
    private static final long serialVersionUID = 1;
    private int code;

    Trouble() {}

    Trouble(int code) {
      this.code = code;
    }

    @Override
    public String getMessage() {
      return "trouble " + code;
    }
  }

  @Persistent
  public static class Desk implements AutoCloseable, Iterable<Integer> {
    private int opened;
    private int closed;
    protected long[] drawers = {1, 2, 3};
    private Trouble last;
    private Drawer drawer;
    private static int locks;
    private transient UnaryOperator<Integer> added = n -> n + opened;

    @Persistent
    class Drawer {
      int depth = 2;

      Drawer deeper() {
        Desk.this.opened += depth;
        depth++;
        return this;
      }
    }

    /** Made for an outer object that is given. */
    static class Special extends Drawer {
      private final String name;

      Special(Desk desk, String name) {
        desk.super();
        this.name = name;
        depth = name.length();
      }
    }

    Desk open() {
      opened++;
      return this;
    }

    @Override
    public void close() {
      closed++;
      if (closed > 1) {
        last = new Trouble(closed);
        throw last;
      }
    }

    static synchronized int lock(Desk desk) {
      return ++locks * 0 + desk.opened;
    }

    @Override
    public Iterator<Integer> iterator() {
      return new Iterator<>() {
        private int at;

        @Override
        public boolean hasNext() {
          return at < opened;
        }

        @Override
        public Integer next() {
          return at++ + closed;
        }
      };
    }

    <T, R> R apply(Function<? super T, ? extends R> function, T value) {
      opened++;
      return function.apply(value);
    }
  }

  @Persistent
  public static class Wrapped implements Externalizable {
    private static final long serialVersionUID = 1;
    private int number;
    private String text;

    /** For the stream. */
    public Wrapped() {}

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
      out.writeInt(number);
      out.writeUTF(text);
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException {
      number = in.readInt() + 1;
      text = in.readUTF();
    }
  }

  /** Holds what the others are stored by. */
  private static final class Neighbour {
    private long peek(Desk desk) {
      return desk.drawers[desk.drawers.length - 1] + desk.closed;
    }
  }

  @Override
  public Desk make() {
    Desk desk = new Desk();
    desk.drawer = new Desk.Special(desk, "special");
    return desk;
  }

  private static Object copy(Object object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Override
  public void run(Desk desk, Trace trace) throws Exception {
    try (Desk open = desk.open()) {
      trace.add(open.opened, open == desk);
    }
    trace.addThrown(
        () -> {
          try (Desk first = desk.open();
              Desk second = desk.open()) {
            throw new IllegalStateException("body " + first.opened + second.closed);
          }
        });
    trace.add(desk.closed, desk.last.getMessage(), desk.last.code);
    try {
      throw desk.last;
    } catch (Trouble e) {
      trace.add(e.code, e.getMessage(), e == desk.last);
    }
    Desk.Special special = (Desk.Special) desk.drawer;
    trace.add(special.name, special.deeper().deeper().depth, desk.opened);
    trace.add(Desk.lock(desk), new Neighbour().peek(desk));
    List<Integer> seen = new ArrayList<>();
    for (int each : desk) {
      seen.add(each);
    }
    trace.add(seen, desk.apply(text -> text + desk.opened, "text"), desk.opened);
    ToLongFunction<Desk> length = d -> d.drawers.length + (long) d.opened;
    Callable<Integer> closes = () -> desk.closed -= 2;
    trace.add(length.applyAsLong(desk), closes.call(), desk.closed);
    if (desk.added == null) {
      desk.added = n -> n + desk.opened; // transient: a handle has its default
    }
    trace.add(desk.added.apply(1));
    long total = 0;
    for (int i = 0, j = desk.opened; i < j; i += 2, j -= ++desk.closed) {
      total += (long) i << desk.closed | desk.opened;
    }
    trace.add(total, desk.closed);
    Wrapped wrapped = new Wrapped();
    wrapped.number = desk.opened;
    wrapped.text = special.name;
    Wrapped copied = (Wrapped) copy(wrapped);
    trace.add(copied.number - wrapped.number, copied.text);
    trace.add(desk.drawer.equals(special), desk.drawer.hashCode() == special.hashCode());
    trace.add((Object) desk instanceof Iterable<?> it && it.iterator().hasNext());
    Object[] kinds = {desk, special, desk.last, wrapped, null};
    for (Object kind : kinds) {
      trace.add(
          switch (kind) {
            case Desk d when d.opened > 1000 -> "busy desk";
            case Desk d -> "desk " + d.closed;
            case Desk.Special s -> s.name;
            case Desk.Drawer d -> "drawer " + d.depth;
            case Trouble t -> "trouble " + t.code;
            case Externalizable e -> "external";
            case null -> "nothing";
            default -> "other";
          });
    }
  }
}

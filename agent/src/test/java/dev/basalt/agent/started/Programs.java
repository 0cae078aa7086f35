package dev.basalt.agent.started;

import static java.util.Map.entry;

import dev.basalt.Pool;
import dev.basalt.Transaction;
import dev.basalt.agent.fixture.Clones;
import dev.basalt.agent.fixture.Constructors;
import dev.basalt.agent.fixture.Flow;
import dev.basalt.agent.fixture.Hidden;
import dev.basalt.agent.fixture.Insiders;
import dev.basalt.agent.fixture.Interfaces;
import dev.basalt.agent.fixture.Neighbours;
import dev.basalt.agent.fixture.Primitives;
import dev.basalt.agent.fixture.Program;
import dev.basalt.agent.fixture.References;
import dev.basalt.agent.fixture.Reflective;
import dev.basalt.agent.fixture.Serialised;
import dev.basalt.agent.fixture.SetUps;
import dev.basalt.agent.fixture.Transactions;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.Map;

/** All programs, and a program for a JVM of its own that runs them. */
public final class Programs {
  /** Their results. */
  public static final Map<Class<? extends Program>, Object> EXPECTED =
      Map.ofEntries(
          entry(Primitives.class, Primitives.EXPECTED),
          entry(Hidden.class, Hidden.EXPECTED),
          entry(Insiders.class, Insiders.EXPECTED),
          entry(Neighbours.class, Neighbours.EXPECTED),
          entry(Interfaces.class, Interfaces.EXPECTED),
          entry(Constructors.class, Constructors.EXPECTED),
          entry(References.class, References.EXPECTED),
          entry(Flow.class, Flow.EXPECTED),
          entry(Clones.class, Clones.EXPECTED),
          entry(Reflective.class, Reflective.EXPECTED),
          entry(Serialised.class, Serialised.EXPECTED),
          entry(SetUps.class, SetUps.EXPECTED),
          entry(Transactions.class, Transactions.EXPECTED));

  private Programs() {}

  /**
   * Stores the objects as they are when the program gives them to its keeper; what it does to them
   * afterwards is undone.
   */
  private static final class Storing implements Program.Keeper, AutoCloseable {
    private final Pool pool;
    private final String program;
    private int count;
    private Transaction afterwards;

    Storing(Pool pool, String program) {
      this.pool = pool;
      this.program = program;
    }

    @Override
    public Object keepObject(Object object) {
      close();
      pool.putRoot(program + count++, object);
      afterwards = pool.begin();
      return object;
    }

    @Override
    public void close() {
      if (afterwards != null) {
        afterwards.close();
      }
    }
  }

  /** Gives back what {@link Storing} has stored. */
  private static final class Reopened implements Program.Keeper {
    private final Pool pool;
    private final String program;
    private int count;

    Reopened(Pool pool, String program) {
      this.pool = pool;
      this.program = program;
    }

    @Override
    public Object keepObject(Object object) {
      Object stored = pool.root(program + count++, Object.class).orElseThrow();
      if (stored == object || stored.getClass() != object.getClass()) {
        throw new AssertionError(stored + " in place of " + object);
      }
      return stored;
    }
  }

  /**
   * {@code store FILE}: runs the programs and stores their objects. {@code run FILE}: runs them on
   * these objects, and prints a line per program: its name and whether the result is right.
   */
  public static void main(String[] arguments) throws Exception {
    boolean stores = arguments[0].equals("store");
    try (Pool pool =
        Pool.builder(Path.of(arguments[1])).maxSize(64L << 20).logSize(1 << 20).open()) {
      for (Class<? extends Program> type : EXPECTED.keySet()) {
        Constructor<? extends Program> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Program program = constructor.newInstance();
        String name = type.getSimpleName();
        Object result;
        try (Storing storing = new Storing(pool, name)) {
          result = program.run(stores ? storing : new Reopened(pool, name));
        }
        if (!stores) {
          System.out.println(name + ": " + (result.equals(EXPECTED.get(type)) ? "right" : result));
        }
      }
    }
  }
}

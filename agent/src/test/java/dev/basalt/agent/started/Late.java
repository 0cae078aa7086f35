package dev.basalt.agent.started;

import com.sun.tools.attach.VirtualMachine;
import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;
import dev.basalt.error.NotEnhancedException;
import java.nio.file.Path;

/**
 * A program for a JVM of its own: uses a persistent class before it attaches the agent to itself.
 */
public final class Late {
  private Late() {}

  @Persistent
  static class Early {
    int count = 1;
  }

  @Persistent
  static class New {
    int count = 10;
  }

  /** Loaded after the agent; touches the fields of both. */
  static final class Caller {
    static int sum(Early early) {
      New added = new New();
      added.count += ++early.count;
      return added.count;
    }
  }

  public static void main(String[] arguments) throws Exception {
    Early early = new Early();
    VirtualMachine self = VirtualMachine.attach(String.valueOf(ProcessHandle.current().pid()));
    self.loadAgent(arguments[0]);
    self.detach();
    System.out.println(
        Caller.sum(early)
            + " "
            + isRewritten(early)
            + " "
            + isRewritten(new New())
            + " "
            + Pool.isPersistent(early)
            + " "
            + store(arguments[1], early));
  }

  /** An object of a class that the agent has seen can be stored, one of the other cannot. */
  private static String store(String file, Early early) {
    try (Pool pool = Pool.builder(Path.of(file)).maxSize(64L << 20).logSize(1 << 20).open()) {
      pool.putRoot("new", new New());
      try {
        pool.putRoot("early", early);
        return "stored";
      } catch (NotEnhancedException e) {
        return pool.rootNames() + " " + e.getMessage().contains(Early.class.getName());
      }
    }
  }

  private static boolean isRewritten(Object object) {
    return object instanceof dev.basalt.object.PersistentObject;
  }
}

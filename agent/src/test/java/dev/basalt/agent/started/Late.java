package dev.basalt.agent.started;

import com.sun.tools.attach.VirtualMachine;
import dev.basalt.Pool;
import dev.basalt.annotation.Persistent;

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
            + Pool.isPersistent(early));
  }

  private static boolean isRewritten(Object object) {
    return object instanceof dev.basalt.object.PersistentObject;
  }
}

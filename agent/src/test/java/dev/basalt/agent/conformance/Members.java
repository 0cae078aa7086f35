package dev.basalt.agent.conformance;

import dev.basalt.Pool;
import java.nio.file.Path;
import java.util.List;

/** All members, and a program that works on them. */
public final class Members {
  public static final List<Member<?>> ALL =
      List.of(
          new Numbers(),
          new Inheritance(),
          new Generics(),
          new Building(),
          new Insides(),
          new Objects(),
          new Text(),
          new Flows(),
          new Values(),
          new Rows(),
          new Containers(),
          new Corners());

  private Members() {}

  /** Runs a member on an object; the member must be that of the object. */
  @SuppressWarnings("unchecked")
  public static String trace(Member<?> member, Object subject) throws Exception {
    Trace trace = new Trace();
    ((Member<Object>) member).run(subject, trace);
    return trace.toString();
  }

  /**
   * Prints a line per member. {@code plain}: of plain objects. {@code store FILE}: none, but stores
   * the objects. {@code run FILE}: of the objects in the pool.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("plain")) {
      for (Member<?> member : ALL) {
        System.out.println(member.name() + ": " + trace(member, member.make()));
      }
      return;
    }
    try (Pool pool =
        Pool.builder(Path.of(arguments[1])).maxSize(64L << 20).logSize(1 << 20).open()) {
      for (Member<?> member : ALL) {
        if (arguments[0].equals("store")) {
          pool.putRoot(member.name(), member.make());
        } else {
          Object subject = pool.root(member.name(), Object.class).orElseThrow();
          System.out.println(member.name() + ": " + trace(member, subject));
        }
      }
    }
  }
}

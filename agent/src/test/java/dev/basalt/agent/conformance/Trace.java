package dev.basalt.agent.conformance;

import java.util.ArrayList;
import java.util.List;

/** What a member has seen; two runs are equal if their traces are. */
public final class Trace {
  private final List<String> seen = new ArrayList<>();

  /** An attempt that is expected to fail, or not. */
  public interface Attempt {
    void run() throws Throwable;
  }

  public void add(Object... values) {
    for (Object value : values) {
      seen.add(String.valueOf(value));
    }
  }

  /** Takes down what an attempt throws, without the message, which may name what was added. */
  public void addThrown(Attempt attempt) {
    try {
      attempt.run();
      seen.add("nothing thrown");
    } catch (Throwable e) {
      seen.add(e.getClass().getName());
    }
  }

  @Override
  public String toString() {
    return String.join(" | ", seen);
  }
}

package dev.basalt.agent.refused;

import dev.basalt.annotation.Persistent;
import dev.basalt.annotation.Weak;
import java.util.List;

/** Six fields that cannot be weak, and some that can. */
@Persistent
public class BadWeak {
  public static String initialised = "initialised";
  @Weak Object anything;
  @Weak BadWeak other;
  @Weak List<String> list;
  @Weak Comparable<String> comparable;
  @Weak transient String ignored;
  @Weak int number;
  @Weak String text;
  @Weak BadWeak[] array;
  @Weak Kinds.AnEnum constant;
  @Weak Pair pair;
  WeakPair weakPair;

  record Pair(int x, Object y) {}

  record WeakPair(int x, @Weak Object y) {}
}

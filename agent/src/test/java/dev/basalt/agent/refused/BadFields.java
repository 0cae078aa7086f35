package dev.basalt.agent.refused;

import dev.basalt.annotation.Persistent;
import java.util.Date;
import java.util.List;

/** Five fields that cannot be stored, and some that can. */
@Persistent
public class BadFields {
  public static String initialised = "initialised";
  String fine;
  List<String> alsoFine;
  transient int[] ignored;
  int[][] numbers;
  Thread[] threads;
  Thread.State state;
  Point point;
  Date date;
  Other other;
  Override annotation;
  Kinds.AnEnum marked;

  record Point(int x, Point next, Thread[] drawers) {}

  static class Other {}
}

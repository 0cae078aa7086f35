package dev.basalt.collections;

import dev.basalt.junit.PoolUnderTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

/** Runs the cases of a suite of JUnit 3 and fails with all that have failed. */
final class SuiteRunner {
  private SuiteRunner() {}

  /**
   * Runs a suite over collections that are made in one of the ways; returns how many cases it has.
   */
  static int run(Subjects.Way way, PoolUnderTest pools, Function<Subjects, TestSuite> suite) {
    Subjects subjects = new Subjects(way, pools);
    List<TestCase> cases = new ArrayList<>();
    collect(suite.apply(subjects), cases);
    if (way == Subjects.Way.REOPENED) {
      subjects.record();
      for (int i = 0; i < cases.size(); i++) {
        Throwable _ = outcome(subjects, i, cases.get(i), null);
      }
      subjects.reopen(cases.size());
    }
    Map<String, List<String>> failed = new TreeMap<>();
    Throwable first = null;
    for (int i = 0; i < cases.size(); i++) {
      Throwable failure =
          outcome(subjects, i, cases.get(i), way == Subjects.Way.INSIDE ? pools : null);
      if (failure != null) {
        failed
            .computeIfAbsent(name(cases.get(i)), _ -> new ArrayList<>())
            .add(cases.get(i).getName() + ": " + failure);
        first = first == null ? failure : first;
      }
      cases.set(i, null); // with the collection that it holds
    }
    if (first != null) {
      throw new AssertionError(report(failed), first);
    }
    return cases.size();
  }

  /** Of {@code testAdd[set [collection size: one]]} in a tester: the method. */
  private static String name(TestCase test) {
    return test.getClass().getSimpleName() + "." + test.getName().replaceFirst("\\[.*", "");
  }

  /** Each method that fails, how often, and one of the cases. */
  private static String report(Map<String, List<String>> failed) {
    return failed.entrySet().stream()
        .map(
            e ->
                "%s failed %d times, as %s"
                    .formatted(e.getKey(), e.getValue().size(), e.getValue().getFirst()))
        .collect(Collectors.joining("\n", "\n", ""));
  }

  private static Throwable outcome(
      Subjects subjects, int number, TestCase test, PoolUnderTest inUpdateOf) {
    try {
      if (inUpdateOf == null) {
        subjects.begin(number);
        test.runBare();
      } else {
        inUpdateOf
            .pool()
            .update(
                () -> {
                  subjects.begin(number);
                  test.runBare();
                });
      }
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  private static void collect(Test test, List<TestCase> cases) {
    if (test instanceof TestSuite suite) {
      Collections.list(suite.tests()).forEach(child -> collect(child, cases));
    } else {
      cases.add((TestCase) test);
    }
  }
}

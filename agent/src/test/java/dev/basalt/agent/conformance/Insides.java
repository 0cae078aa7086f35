package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Nested, inner, local and anonymous classes, lambdas, method references, enums and records. */
public final class Insides implements Member<Insides.Outer> {
  @Persistent
  public static class Outer {
    private int count;
    private String text = "";
    private Inner inner;
    private Supplier<String> captured;

    @Persistent
    public class Inner {
      private int own = 1;

      int both() {
        return own++ + count++;
      }

      Outer outer() {
        return Outer.this;
      }

      /** Two levels deep. */
      @Persistent
      class Innermost {
        int all() {
          return own + count + text.length();
        }
      }
    }

    private static int twice(Outer outer) {
      return outer.count * 2;
    }

    Supplier<String> capture(String prefix, int number) {
      @Persistent
      class Local implements Supplier<String> {
        private int calls;

        @Override
        public String get() {
          calls++;
          return prefix + (number + calls) + text;
        }
      }
      return new Local();
    }
  }

  /** An enum's constants with bodies that touch fields. */
  private enum Step implements Function<Outer, Integer> {
    UP {
      @Override
      public Integer apply(Outer outer) {
        return ++outer.count;
      }
    },
    DOWN {
      @Override
      public Integer apply(Outer outer) {
        return --outer.count;
      }
    };
  }

  private record Pair(Outer left, Outer right) {
    Pair {
      left.text += "<";
      right.text += ">";
    }

    int sum() {
      return left.count + right.count;
    }
  }

  private record Box<T>(T content, Pair pair) {}

  @Override
  public Outer make() {
    Outer outer = new Outer();
    outer.inner = outer.new Inner();
    outer.captured = outer.capture("p", 40);
    return outer;
  }

  @Override
  public void run(Outer outer, Trace trace) {
    trace.add(outer.inner.both(), outer.inner.both(), outer.inner.outer() == outer, outer.count);
    trace.add(outer.captured.get(), outer.captured.get());
    trace.add(outer.inner.new Innermost().all());
    for (Step step : new Step[] {Step.UP, Step.UP, Step.DOWN}) {
      trace.add(step.apply(outer));
    }
    Function<Outer, Integer> reference = Outer::twice;
    Supplier<Integer> bound = outer.inner::both;
    IntBinaryOperator lambda = (a, b) -> outer.count += a * b;
    trace.add(reference.apply(outer), bound.get(), lambda.applyAsInt(2, 3));
    trace.add(IntStream.range(0, 4).map(i -> outer.count += i).boxed().toList());
    Supplier<Outer> constructor = Outer::new;
    Outer other = constructor.get();
    other.count = 5;
    Pair pair = new Pair(outer, other);
    trace.add(pair.sum(), outer.text, other.text);
    Object object = new Box<>("content", pair);
    if (object instanceof Box<?>(String content, Pair(Outer left, Outer right))
        && left.count > right.count) {
      trace.add(content, left.count - right.count);
    }
    trace.add(
        switch (object) {
          case Box<?>(Integer i, Pair p) -> "integer";
          case Box<?>(String s, Pair(Outer l, Outer r)) when l == r -> "same";
          case Box<?>(String s, Pair(var l, var r)) -> l.text + r.text;
          default -> "other";
        });
    Runnable anonymous =
        new Runnable() {
          private final int before = outer.count;

          @Override
          public void run() {
            outer.count -= before;
          }
        };
    anonymous.run();
    trace.add(outer.count);
  }
}

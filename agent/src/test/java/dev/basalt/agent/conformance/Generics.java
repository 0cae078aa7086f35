package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Type parameters, bounds, bridge methods, interfaces as field types, inner iterators. */
public final class Generics implements Member<Generics.Chain<Generics.Word>> {
  /** An interface as a field's type; its default method reads through another. */
  public interface Named extends Comparable<Named> {
    String name();

    default String shout() {
      return quiet().toUpperCase(java.util.Locale.ROOT);
    }

    private String quiet() {
      return name() + "!";
    }

    @Override
    default int compareTo(Named other) {
      return name().compareTo(other.name());
    }

    static int lengthOf(Word word) {
      return word.text.length() + word.extra;
    }
  }

  @Persistent
  public static class Word implements Named {
    String text;
    int extra;

    Word(String text) {
      this.text = text;
    }

    @Override
    public String name() {
      return text;
    }
  }

  @Persistent
  public abstract static class Sequence<T extends Comparable<? super T>> implements Iterable<T> {
    protected T first;

    abstract T last();

    T max() {
      T max = first;
      for (T each : this) {
        max = each.compareTo(max) > 0 ? each : max;
      }
      return max;
    }
  }

  public static class Chain<T extends Named> extends Sequence<Named> {
    private Chain<T> next;
    private Named named;

    Chain(T value, Chain<T> next) {
      this.first = value;
      this.named = value;
      this.next = next;
    }

    /** Has a bridge method. */
    @Override
    Named last() {
      Chain<T> at = this;
      while (at.next != null) {
        at = at.next;
      }
      return at.named;
    }

    @SuppressWarnings("unchecked")
    T value() {
      return (T) first;
    }

    <R> List<R> map(Function<? super T, ? extends R> function) {
      List<R> results = new ArrayList<>();
      for (Chain<T> at = this; at != null; at = at.next) {
        results.add(function.apply(at.value()));
      }
      return results;
    }

    @Override
    public Iterator<Named> iterator() {
      return new Iterator<>() {
        private Chain<T> at = Chain.this;

        @Override
        public boolean hasNext() {
          return at != null;
        }

        @Override
        public Named next() {
          if (at == null) {
            throw new NoSuchElementException();
          }
          Named result = at.first;
          at = at.next;
          return result;
        }
      };
    }
  }

  @Override
  public Chain<Word> make() {
    return new Chain<>(
        new Word("pear"), new Chain<>(new Word("zebra"), new Chain<>(new Word("ape"), null)));
  }

  @Override
  public void run(Chain<Word> chain, Trace trace) {
    trace.add(chain.max().name(), chain.last().shout(), ((Sequence<?>) chain).last().getClass());
    trace.add(chain.map(Word::name), chain.map(Named::lengthOf));
    chain.next.value().text = "aardvark";
    chain.value().extra += 10;
    trace.add(chain.max().name(), chain.map(Named::lengthOf));
    chain.first = chain.next.first;
    trace.add(chain.first == chain.next.named, chain.value().text, chain.named.name());
    chain.named = new Word("new");
    trace.add(chain.named.compareTo(chain.first) > 0);
    List<Named> sorted = new ArrayList<>();
    chain.forEach(sorted::add);
    sorted.sort(null);
    trace.add(sorted.stream().map(Named::name).toList());
    trace.addThrown(() -> chain.next.next.iterator().next().compareTo(null));
  }
}

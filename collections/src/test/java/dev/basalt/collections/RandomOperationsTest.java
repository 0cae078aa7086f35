package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same random operations on a collection and on that of the JDK, with equal results, through
 * aborted updates and reopenings. Maps, linked lists and maps of long keys have tests of this kind
 * of their own.
 */
class RandomOperationsTest {
  private static final boolean STRESS = Boolean.getBoolean("basalt.stress");
  private static final int ROUND = 200;
  private static final int ROUNDS = (STRESS ? 10_000_000 : 20_000) / ROUND;
  private static final int SIZE_MAX = 1500;
  private static final long SEED = Long.getLong("basalt.seed", 5);

  /** The kinds of collections. */
  private enum Kind {
    ARRAY_LIST(PersistentArrayList::new, ArrayList::new),
    ARRAY_DEQUE(PersistentArrayDeque::new, ArrayDeque::new),
    HASH_SET(PersistentHashSet::new, HashSet::new),
    TREE_SET(PersistentTreeSet::new, TreeSet::new);

    final Supplier<Collection<Object>> persistent;
    final Supplier<Collection<Object>> ofTheJdk;

    Kind(Supplier<Collection<Object>> persistent, Supplier<Collection<Object>> ofTheJdk) {
      this.persistent = persistent;
      this.ofTheJdk = ofTheJdk;
    }

    /** One operation; what it returns or throws. */
    Object step(Collection<Object> target, Random random, boolean grows) {
      try {
        return switch (target) {
          case List<Object> list -> ofList(list, random, grows);
          case Deque<Object> deque -> ofDeque(deque, random, grows);
          case NavigableSet<Object> set -> ofSorted(set, random, grows);
          case Set<Object> set -> ofSet(set, random, grows);
          default -> throw new AssertionError(target);
        };
      } catch (RuntimeException e) {
        return e.getClass();
      }
    }

    Collection<Object> copy(Collection<Object> model) {
      Collection<Object> copy = ofTheJdk.get();
      copy.addAll(model);
      return copy;
    }
  }

  private static Object value(Random random) {
    int number = random.nextInt(3000);
    return switch (number % 4) {
      case 0 -> number;
      case 1 -> "a value that is number " + number;
      case 2 -> new UUID(number, number);
      default -> "v" + number;
    };
  }

  private static String key(Random random) {
    int number = random.nextInt(3000);
    return number % 2 == 0 ? "k" + number : "a key that is number " + number;
  }

  private static List<Object> some(Random random, boolean keys) {
    List<Object> some = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      some.add(keys ? key(random) : value(random));
    }
    return some;
  }

  private static Object ofList(List<Object> list, Random random, boolean grows) {
    int size = list.size();
    int at = random.nextInt(size + 1); // sometimes no index
    return switch (random.nextInt(grows ? 20 : 24)) {
      case 0, 1, 2 -> grows ? list.add(value(random)) : list.remove(at);
      case 3 -> {
        list.add(at, random.nextInt(10) == 0 ? null : value(random));
        yield list.size();
      }
      case 4 -> list.addAll(at, some(random, false));
      case 5 -> list.get(at);
      case 6 -> list.set(at, value(random));
      case 7, 8 -> list.remove(at);
      case 9 -> list.remove(value(random));
      case 10 -> list.indexOf(value(random));
      case 11 -> list.lastIndexOf(list.get(at));
      case 12 -> walk(list.listIterator(at), random, grows);
      case 13 -> {
        List<Object> part = list.subList(at, Math.min(size, at + random.nextInt(20)));
        List<Object> copy = new ArrayList<>(part);
        part.clear();
        yield copy;
      }
      case 14 -> list.removeAll(some(random, false));
      case 15 -> random.nextInt(50) == 0 && list.removeIf(v -> Objects.hashCode(v) % 50 == 0);
      case 16 -> {
        if (random.nextInt(50) == 0) {
          list.replaceAll(v -> v instanceof Integer i ? (Object) (i + 1) : v);
        }
        yield list.contains(value(random));
      }
      case 17 -> {
        if (random.nextInt(100) == 0) {
          list.sort(Comparator.comparing(String::valueOf));
        }
        yield list.isEmpty() ? "none" : List.of(String.valueOf(list.getFirst()), size);
      }
      case 18 -> random.nextInt(50) == 0 ? list.hashCode() : list.isEmpty();
      case 19 -> {
        list.addFirst(value(random));
        yield list.reversed().get(at);
      }
      default -> random.nextBoolean() ? list.removeLast() : list.removeFirst();
    };
  }

  private static Object walk(ListIterator<Object> at, Random random, boolean grows) {
    List<Object> seen = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      boolean forth = random.nextBoolean();
      if (forth ? at.hasNext() : at.hasPrevious()) {
        seen.add(forth ? at.next() : at.previous());
        switch (random.nextInt(4)) {
          case 0 -> at.set(value(random));
          case 1 -> at.remove();
          case 2 -> {
            if (grows) {
              at.add(value(random));
            }
          }
          default -> seen.add(at.nextIndex());
        }
      }
    }
    return seen;
  }

  private static Object ofDeque(Deque<Object> deque, Random random, boolean grows) {
    return switch (random.nextInt(grows ? 14 : 18)) {
      case 0, 1 -> grows ? deque.offerFirst(value(random)) : deque.pollFirst();
      case 2, 3 -> grows ? deque.offerLast(value(random)) : deque.pollLast();
      case 4 -> {
        deque.push(value(random));
        yield deque.peekLast();
      }
      case 5 -> deque.addAll(some(random, false));
      case 6 -> deque.pop();
      case 7 -> deque.removeFirstOccurrence(value(random));
      case 8 -> deque.removeLastOccurrence(value(random));
      case 9 -> removeNear(deque.iterator(), random);
      case 10 -> removeNear(deque.descendingIterator(), random);
      case 11 -> deque.contains(value(random));
      case 12 -> random.nextInt(50) == 0 && deque.removeIf(v -> v.hashCode() % 50 == 0);
      case 13 -> Arrays.asList(deque.peekFirst(), deque.peekLast(), deque.size());
      case 14 -> deque.removeLast();
      case 15 -> deque.removeFirst();
      default -> random.nextBoolean() ? deque.pollLast() : deque.poll();
    };
  }

  private static Object removeNear(Iterator<Object> at, Random random) {
    Object last = "nothing";
    for (int i = random.nextInt(30); i >= 0 && at.hasNext(); i--) {
      last = at.next();
      if (random.nextInt(10) == 0) {
        at.remove();
      }
    }
    return last;
  }

  private static Object ofSet(Set<Object> set, Random random, boolean grows) {
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> grows ? set.add(value(random)) : set.remove(value(random));
      case 3 -> set.add(value(random));
      case 4 -> set.addAll(some(random, false));
      case 5, 6 -> set.remove(value(random));
      case 7 -> set.contains(value(random));
      case 8 -> set.removeAll(some(random, false));
      case 9 -> random.nextInt(50) == 0 && set.removeIf(v -> v.hashCode() % 50 == 0);
      case 10 -> random.nextInt(50) == 0 ? set.hashCode() : set.size();
      default -> set.containsAll(some(random, false));
    };
  }

  private static Object ofSorted(NavigableSet<Object> set, Random random, boolean grows) {
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> grows ? set.add(key(random)) : set.remove(key(random));
      case 5 -> set.addAll(some(random, true));
      case 6 -> set.remove(key(random));
      case 7 -> Arrays.asList(set.floor(key(random)), set.lower(key(random)));
      case 8 -> Arrays.asList(set.ceiling(key(random)), set.higher(key(random)));
      case 9 -> Arrays.asList(set.first(), set.last());
      case 10 -> grows ? set.contains(key(random)) : set.pollFirst();
      case 11 -> grows ? set.size() : set.pollLast();
      case 12 -> removeNear(set.iterator(), random);
      case 13 -> removeNear(set.descendingIterator(), random);
      case 14 -> removeNear(set.tailSet(key(random), random.nextBoolean()).iterator(), random);
      case 15 ->
          removeNear(set.headSet(key(random), random.nextBoolean()).descendingIterator(), random);
      case 16 -> {
        String from = key(random);
        NavigableSet<Object> part = set.subSet(from, true, from + "~", false);
        List<Object> copy = new ArrayList<>(part);
        part.clear();
        yield copy;
      }
      case 17 -> set.descendingSet().add(key(random));
      case 18 -> random.nextInt(50) == 0 && set.removeIf(v -> v.hashCode() % 50 == 0);
      default -> set.retainAll(List.of()) && set.isEmpty() ? random.nextInt(2) : set.isEmpty();
    };
  }

  private static final class Abort extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @ParameterizedTest
  @EnumSource
  void behavesLikeThatOfTheJdkThroughAbortsAndReopens(
      Kind kind, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    System.out.printf("%s: %d steps, seed %d%n", kind, (long) ROUNDS * ROUND, SEED);
    Random random = new Random(SEED);
    Collection<Object> model = kind.ofTheJdk.get();
    pools.pool().putRoot("subject", kind.persistent.get());
    Collection<Object> subject = found(pools.pool());
    boolean grows = true;
    for (int round = 0; round < ROUNDS; round++) {
      grows = grows ? model.size() < SIZE_MAX : model.size() < 10;
      subject = play(kind, pools.pool(), subject, model, random, grows, round);
      if (random.nextInt(8) == 0) {
        compare(subject, model, round);
      }
      if (random.nextInt(STRESS ? 500 : 10) == 0) {
        subject = found(pools.reopen());
      }
    }
    compare(subject, model, ROUNDS);
  }

  private static Collection<Object> play(
      Kind kind,
      Pool pool,
      Collection<Object> subject,
      Collection<Object> model,
      Random random,
      boolean grows,
      int round) {
    long seed = random.nextLong();
    boolean aborts = random.nextInt(4) == 0;
    Collection<Object> played = aborts ? kind.copy(model) : model;
    List<Object> expected = new ArrayList<>(ROUND);
    Random same = new Random(seed);
    for (int i = 0; i < ROUND; i++) {
      expected.add(kind.step(played, same, grows));
    }
    if (!aborts && random.nextBoolean()) {
      steps(kind, subject, seed, grows, expected, round);
      return subject;
    }
    try {
      pool.update(
          () -> {
            steps(kind, subject, seed, grows, expected, round);
            if (aborts) {
              throw new Abort();
            }
          });
    } catch (Abort e) {
      assertThat(aborts).isTrue();
    }
    return subject;
  }

  private static void steps(
      Kind kind,
      Collection<Object> subject,
      long seed,
      boolean grows,
      List<Object> expected,
      int round) {
    Random random = new Random(seed);
    for (int i = 0; i < ROUND; i++) {
      Object result = kind.step(subject, random, grows);
      if (!Objects.equals(result, expected.get(i))) {
        throw new AssertionError(
            "seed %d, round %d, step %d: %s instead of %s"
                .formatted(SEED, round, i, result, expected.get(i)));
      }
    }
  }

  private static void compare(Collection<Object> subject, Collection<Object> model, int round) {
    String where = "seed %d, round %d".formatted(SEED, round);
    assertThat(subject.size()).as(where).isEqualTo(model.size());
    if (subject instanceof PersistentTreeSet<?> set) {
      TreeInvariants.check(set.map());
    }
    List<Object> found = new ArrayList<>(subject);
    List<Object> expected = new ArrayList<>(model);
    if (model instanceof HashSet) {
      Comparator<Object> byText = Comparator.comparing(Object::toString);
      found.sort(byText);
      expected.sort(byText);
    }
    assertThat(found.equals(expected)).as(where).isTrue();
  }

  @SuppressWarnings("unchecked")
  private static Collection<Object> found(Pool pool) {
    return pool.root("subject", Collection.class).orElseThrow();
  }
}

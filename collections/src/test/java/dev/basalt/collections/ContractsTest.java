package dev.basalt.collections;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.ConcurrentNavigableMapTestSuiteBuilder;
import com.google.common.collect.testing.FeatureSpecificTestSuiteBuilder;
import com.google.common.collect.testing.ListTestSuiteBuilder;
import com.google.common.collect.testing.NavigableSetTestSuiteBuilder;
import com.google.common.collect.testing.QueueTestSuiteBuilder;
import com.google.common.collect.testing.SetTestSuiteBuilder;
import com.google.common.collect.testing.TestStringListGenerator;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.TestStringQueueGenerator;
import com.google.common.collect.testing.TestStringSetGenerator;
import com.google.common.collect.testing.TestStringSortedMapGenerator;
import com.google.common.collect.testing.TestStringSortedSetGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.ListFeature;
import com.google.common.collect.testing.features.MapFeature;
import com.google.common.collect.testing.features.SetFeature;
import dev.basalt.Durability;
import dev.basalt.collections.Subjects.Way;
import dev.basalt.junit.PoolUnderTest;
import dev.basalt.junit.TestPool;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Function;
import junit.framework.TestSuite;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contracts of {@code java.util} as Guava's testlib has them, with all optional features, for
 * each collection and its views. Cases that are left out are named with their reasons in
 * docs/decisions.md.
 */
class ContractsTest {
  /** A comparator that can be stored, and compares {@code null}. */
  enum NullsFirst implements Comparator<String> {
    ORDER;

    @Override
    public int compare(String a, String b) {
      return Comparator.nullsFirst(Comparator.<String>naturalOrder()).compare(a, b);
    }
  }

  /** Without the collections of one element the trees take a third less time. */
  private static final CollectionSize[] SIZES =
      Boolean.getBoolean("basalt.stress")
          ? new CollectionSize[] {CollectionSize.ANY}
          : new CollectionSize[] {CollectionSize.ZERO, CollectionSize.SEVERAL};

  private interface Maker<E, C> {
    C make(List<E> elements);
  }

  private static void run(
      Way way, PoolUnderTest pools, int casesMin, Function<Subjects, TestSuite> suite) {
    assertThat(SuiteRunner.run(way, pools, suite)).isGreaterThan(casesMin);
  }

  private static TestSuite suite(FeatureSpecificTestSuiteBuilder<?, ?> builder) {
    return builder.named("subject").createTestSuite();
  }

  // ---- lists and queues

  private static Function<Subjects, TestSuite> list(Maker<String, List<String>> maker) {
    return subjects ->
        suite(
            ListTestSuiteBuilder.using(
                    new TestStringListGenerator() {
                      @Override
                      protected List<String> create(String[] elements) {
                        String[] own = elements.clone();
                        return subjects.make(() -> maker.make(Arrays.asList(own)));
                      }
                    })
                .withFeatures(
                    ListFeature.GENERAL_PURPOSE,
                    CollectionFeature.ALLOWS_NULL_VALUES,
                    CollectionSize.ANY));
  }

  private static Function<Subjects, TestSuite> queue(
      Maker<String, Queue<String>> maker, CollectionFeature... more) {
    return subjects ->
        suite(
            QueueTestSuiteBuilder.using(
                    new TestStringQueueGenerator() {
                      @Override
                      protected Queue<String> create(String[] elements) {
                        String[] own = elements.clone();
                        return subjects.make(() -> maker.make(Arrays.asList(own)));
                      }
                    })
                .withFeatures(
                    CollectionFeature.GENERAL_PURPOSE,
                    CollectionFeature.KNOWN_ORDER,
                    CollectionSize.ANY)
                .withFeatures(more));
  }

  @ParameterizedTest
  @EnumSource
  void arrayList(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(way, pools, 400, list(PersistentArrayList::new));
  }

  @ParameterizedTest
  @EnumSource
  void linkedList(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(way, pools, 400, list(PersistentLinkedList::new));
  }

  @ParameterizedTest
  @EnumSource
  void linkedListAsQueue(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(way, pools, 100, queue(PersistentLinkedList::new, CollectionFeature.ALLOWS_NULL_VALUES));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REOPENED")
  void reversedLinkedList(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(
        way,
        pools,
        400,
        subjects ->
            suite(
                ListTestSuiteBuilder.using(
                        new TestStringListGenerator() {
                          @Override
                          protected List<String> create(String[] elements) {
                            List<String> reversed = Arrays.asList(elements).reversed();
                            return subjects
                                .make(() -> new PersistentLinkedList<>(reversed))
                                .reversed();
                          }
                        })
                    .withFeatures(
                        ListFeature.GENERAL_PURPOSE,
                        CollectionFeature.ALLOWS_NULL_VALUES,
                        CollectionSize.ANY)));
  }

  @ParameterizedTest
  @EnumSource
  void arrayDeque(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(way, pools, 100, queue(PersistentArrayDeque::new));
  }

  // ---- sets

  @ParameterizedTest
  @EnumSource
  void hashSet(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(
        way,
        pools,
        200,
        subjects ->
            suite(
                SetTestSuiteBuilder.using(
                        new TestStringSetGenerator() {
                          @Override
                          protected Set<String> create(String[] elements) {
                            String[] own = elements.clone();
                            return subjects.make(() -> new PersistentHashSet<>(Arrays.asList(own)));
                          }
                        })
                    .withFeatures(
                        SetFeature.GENERAL_PURPOSE,
                        CollectionFeature.ALLOWS_NULL_VALUES,
                        CollectionSize.ANY)));
  }

  @ParameterizedTest
  @EnumSource
  void treeSet(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(
        way,
        pools,
        1000,
        subjects ->
            suite(
                NavigableSetTestSuiteBuilder.using(
                        new TestStringSortedSetGenerator() {
                          @Override
                          protected SortedSet<String> create(String[] elements) {
                            String[] own = elements.clone();
                            return subjects.make(() -> new PersistentTreeSet<>(Arrays.asList(own)));
                          }
                        })
                    .withFeatures(SetFeature.GENERAL_PURPOSE, CollectionFeature.KNOWN_ORDER)
                    .withFeatures(SIZES)));
  }

  @ParameterizedTest
  @EnumSource
  void treeSetWithComparator(
      Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(
        way,
        pools,
        1000,
        subjects ->
            suite(
                NavigableSetTestSuiteBuilder.using(
                        new TestStringSortedSetGenerator() {
                          @Override
                          protected SortedSet<String> create(String[] elements) {
                            String[] own = elements.clone();
                            return subjects.make(
                                () -> {
                                  SortedSet<String> set = new PersistentTreeSet<>(NullsFirst.ORDER);
                                  Collections.addAll(set, own);
                                  return set;
                                });
                          }

                          @Override
                          public List<String> order(List<String> insertionOrder) {
                            insertionOrder.sort(NullsFirst.ORDER);
                            return insertionOrder;
                          }
                        })
                    .withFeatures(
                        SetFeature.GENERAL_PURPOSE,
                        CollectionFeature.ALLOWS_NULL_VALUES,
                        CollectionFeature.KNOWN_ORDER)
                    .withFeatures(SIZES)));
  }

  // ---- maps

  private static Map<String, String> copy(Entry<String, String>[] entries) {
    Map<String, String> copy = new LinkedHashMap<>();
    for (Entry<String, String> entry : entries) {
      copy.put(entry.getKey(), entry.getValue());
    }
    return copy;
  }

  @ParameterizedTest
  @EnumSource
  void hashMap(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(
        way,
        pools,
        1000,
        subjects ->
            suite(
                ConcurrentMapTestSuiteBuilder.using(
                        new TestStringMapGenerator() {
                          @Override
                          protected Map<String, String> create(Entry<String, String>[] entries) {
                            Map<String, String> own = copy(entries);
                            return subjects.make(() -> new PersistentHashMap<>(own));
                          }
                        })
                    .withFeatures(
                        MapFeature.GENERAL_PURPOSE,
                        MapFeature.ALLOWS_NULL_KEYS,
                        MapFeature.ALLOWS_NULL_VALUES,
                        MapFeature.ALLOWS_ANY_NULL_QUERIES,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionSize.ANY)));
  }

  @ParameterizedTest
  @EnumSource
  void treeMap(Way way, @TestPool(durability = Durability.ASYNC) PoolUnderTest pools) {
    run(
        way,
        pools,
        1000,
        subjects ->
            suite(
                ConcurrentNavigableMapTestSuiteBuilder.using(
                        new TestStringSortedMapGenerator() {
                          @Override
                          protected SortedMap<String, String> create(
                              Entry<String, String>[] entries) {
                            Map<String, String> own = copy(entries);
                            return subjects.make(() -> new PersistentTreeMap<>(own));
                          }
                        })
                    .withFeatures(
                        MapFeature.GENERAL_PURPOSE,
                        MapFeature.ALLOWS_NULL_VALUES,
                        CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
                        CollectionFeature.KNOWN_ORDER)
                    .withFeatures(SIZES)));
  }
}

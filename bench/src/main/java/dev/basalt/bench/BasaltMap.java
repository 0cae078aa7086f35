package dev.basalt.bench;

import dev.basalt.Durability;
import dev.basalt.Pool;
import dev.basalt.collections.PersistentTreeMap;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/** A map in an ASYNC pool. */
final class BasaltMap implements MapContender {
  private final Pool pool;
  private final Map<String, Customer> map;

  /** Opens a pool and makes a map in it. */
  @SuppressWarnings("unchecked") // the root is what the supplier makes
  BasaltMap(Path folder, Supplier<? extends Map<String, Customer>> made) {
    this.pool =
        Pool.builder(folder.resolve("map.pool"))
            .durability(Durability.ASYNC)
            .maxSize(8L << 30)
            .logSize(1L << 30) // a checkpoint every few million updates
            .memoryMax(2L << 30) // the changed pages fit
            .open();
    this.map = pool.root("map", Map.class, made);
  }

  @Override
  public void load(int[] customers, int from, int to) {
    pool.update(
        () -> {
          for (int i = from; i < to; i++) {
            put(customers[i]);
          }
        });
  }

  @Override
  public void put(int customer) {
    Customer _ = map.put(Customers.key(customer), new Customer(customer));
  }

  private Customer find(int customer) {
    Customer found = map.get(Customers.key(customer));
    if (found == null) {
      throw new IllegalStateException("customer %d is not there".formatted(customer));
    }
    return found;
  }

  @Override
  public long get(int customer) {
    return find(customer).number();
  }

  @Override
  public void update(int customer) {
    pool.update(() -> find(customer).visit());
  }

  @Override
  public void remove(int customer) {
    Customer _ = map.remove(Customers.key(customer));
  }

  @Override
  public long scan(int customer, int count) {
    if (!(map instanceof PersistentTreeMap<String, Customer> sorted)) {
      return MapContender.super.scan(customer, count);
    }
    return pool.view(
        () -> {
          long sum = 0;
          int left = count;
          for (Customer value : sorted.tailMap(Customers.key(customer), true).values()) {
            sum += value.number();
            if (--left == 0) {
              break;
            }
          }
          return sum;
        });
  }

  @Override
  public long storedBytes() {
    return pool.stats().objectBytes();
  }

  @Override
  public void close() {
    pool.close();
  }
}

package dev.basalt.bench;

import java.util.Map;
import java.util.NavigableMap;

/** A map of the JDK. */
final class HeapMap implements MapContender {
  private final Map<String, HeapCustomer> map;

  HeapMap(Map<String, HeapCustomer> map) {
    this.map = map;
  }

  @Override
  public void load(int[] customers, int from, int to) {
    for (int i = from; i < to; i++) {
      put(customers[i]);
    }
  }

  @Override
  public void put(int customer) {
    map.put(Customers.key(customer), new HeapCustomer(customer));
  }

  private HeapCustomer find(int customer) {
    HeapCustomer found = map.get(Customers.key(customer));
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
    find(customer).visit();
  }

  @Override
  public void remove(int customer) {
    HeapCustomer _ = map.remove(Customers.key(customer));
  }

  @Override
  public long scan(int customer, int count) {
    if (!(map instanceof NavigableMap<String, HeapCustomer> sorted)) {
      return MapContender.super.scan(customer, count);
    }
    long sum = 0;
    int left = count;
    for (HeapCustomer value : sorted.tailMap(Customers.key(customer), true).values()) {
      sum += value.number();
      if (--left == 0) {
        break;
      }
    }
    return sum;
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  @Override
  public void close() {}
}

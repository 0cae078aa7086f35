package dev.basalt.bench.peers;

import dev.basalt.bench.Customers;
import java.nio.file.Path;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** H2's MVStore, which writes in the background. */
final class MvStorePeer extends Peer {
  private final MVStore store;
  private final MVMap<String, byte[]> map;

  MvStorePeer(Path folder) {
    super(folder);
    store = new MVStore.Builder().fileName(folder.resolve("map.mv").toString()).open();
    map = store.openMap("map");
  }

  @Override
  public void load(int[] customers, int from, int to) {
    for (int i = from; i < to; i++) {
      put(customers[i]);
    }
  }

  @Override
  public void put(int customer) {
    map.put(Customers.key(customer), Value.of(customer));
  }

  @Override
  public long get(int customer) {
    return Value.number(present(map.get(Customers.key(customer))));
  }

  @Override
  public void update(int customer) {
    String key = Customers.key(customer);
    map.put(key, Value.visited(present(map.get(key))));
  }

  @Override
  public void remove(int customer) {
    map.remove(Customers.key(customer));
  }

  @Override
  public long scan(int customer, int count) {
    long sum = 0;
    Cursor<String, byte[]> cursor = map.cursor(Customers.key(customer));
    for (int left = count; left > 0 && cursor.hasNext(); left--) {
      cursor.next();
      sum += Value.number(cursor.getValue());
    }
    return sum;
  }

  @Override
  public long storedBytes() throws java.io.IOException {
    store.commit();
    return super.storedBytes();
  }

  @Override
  public void close() {
    store.close();
  }
}

package dev.basalt.bench.peers;

import com.sleepycat.je.Cursor;
import com.sleepycat.je.Database;
import com.sleepycat.je.DatabaseConfig;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.Durability;
import com.sleepycat.je.Environment;
import com.sleepycat.je.EnvironmentConfig;
import com.sleepycat.je.LockMode;
import com.sleepycat.je.OperationStatus;
import com.sleepycat.je.Transaction;
import dev.basalt.bench.Customers;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Berkeley DB Java Edition, transactional, commits not synced. */
@SuppressWarnings("NullAway") // JE takes null for "no transaction" and for "the default"
final class BerkeleyPeer extends Peer {
  private final Environment environment;
  private final Database map;

  BerkeleyPeer(Path folder) {
    super(folder);
    EnvironmentConfig config = new EnvironmentConfig();
    config.setAllowCreate(true);
    config.setTransactional(true);
    config.setDurability(Durability.COMMIT_NO_SYNC);
    environment = new Environment(folder.toFile(), config);
    DatabaseConfig mapConfig = new DatabaseConfig();
    mapConfig.setAllowCreate(true);
    mapConfig.setTransactional(true);
    map = environment.openDatabase(null, "map", mapConfig);
  }

  private static DatabaseEntry key(int customer) {
    return new DatabaseEntry(Customers.keyBytes(customer));
  }

  @Override
  public void load(int[] customers, int from, int to) {
    Transaction transaction = environment.beginTransaction(null, null);
    for (int i = from; i < to; i++) {
      map.put(transaction, key(customers[i]), new DatabaseEntry(Value.of(customers[i])));
    }
    transaction.commit();
  }

  @Override
  public void put(int customer) {
    map.put(null, key(customer), new DatabaseEntry(Value.of(customer)));
  }

  private byte[] find(@Nullable Transaction transaction, int customer, LockMode mode) {
    DatabaseEntry value = new DatabaseEntry();
    if (map.get(transaction, key(customer), value, mode) != OperationStatus.SUCCESS) {
      throw new IllegalStateException("a customer is not there");
    }
    return value.getData();
  }

  @Override
  public long get(int customer) {
    return Value.number(find(null, customer, LockMode.DEFAULT));
  }

  @Override
  public void update(int customer) {
    Transaction transaction = environment.beginTransaction(null, null);
    byte[] value = find(transaction, customer, LockMode.RMW);
    map.put(transaction, key(customer), new DatabaseEntry(Value.visited(value)));
    transaction.commit();
  }

  @Override
  public void remove(int customer) {
    map.delete(null, key(customer));
  }

  @Override
  public long scan(int customer, int count) {
    long sum = 0;
    DatabaseEntry key = key(customer);
    DatabaseEntry value = new DatabaseEntry();
    try (Cursor cursor = map.openCursor(null, null)) {
      OperationStatus found = cursor.getSearchKeyRange(key, value, LockMode.DEFAULT);
      for (int left = count; left > 0 && found == OperationStatus.SUCCESS; left--) {
        sum += Value.number(value.getData());
        found = cursor.getNext(key, value, LockMode.DEFAULT);
      }
    }
    return sum;
  }

  @Override
  public void close() {
    map.close();
    environment.close();
  }
}

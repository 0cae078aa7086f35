package dev.basalt.bench.peers;

import dev.basalt.bench.Customers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.KeyRange;
import org.lmdbjava.Txn;

/** LMDB. */
final class LmdbPeer extends Peer {
  private static final long MAP_SIZE = 8L << 30;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> map;
  private final Txn<ByteBuffer> reading;
  private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(64);
  private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(Value.SIZE);

  LmdbPeer(Path folder) {
    super(folder);
    env =
        Env.create()
            .setMapSize(MAP_SIZE)
            .setMaxDbs(1)
            .open(folder.toFile(), EnvFlags.MDB_NOSYNC, EnvFlags.MDB_WRITEMAP);
    map = env.openDbi("map", DbiFlags.MDB_CREATE);
    reading = env.txnRead();
    reading.reset();
  }

  private ByteBuffer key(int customer) {
    return keyBuffer.clear().put(Customers.keyBytes(customer)).flip();
  }

  private void put(Txn<ByteBuffer> txn, int customer, byte[] value) {
    map.put(txn, key(customer), valueBuffer.clear().put(value).flip());
  }

  @Override
  public void load(int[] customers, int from, int to) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      for (int i = from; i < to; i++) {
        put(txn, customers[i], Value.of(customers[i]));
      }
      txn.commit();
    }
  }

  @Override
  public void put(int customer) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      put(txn, customer, Value.of(customer));
      txn.commit();
    }
  }

  @Override
  public long get(int customer) {
    reading.renew();
    try {
      return present(map.get(reading, key(customer))).getLong(0);
    } finally {
      reading.reset();
    }
  }

  @Override
  public void update(int customer) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      byte[] value = new byte[Value.SIZE];
      present(map.get(txn, key(customer))).get(value);
      put(txn, customer, Value.visited(value));
      txn.commit();
    }
  }

  @Override
  public void remove(int customer) {
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      boolean _ = map.delete(txn, key(customer));
      txn.commit();
    }
  }

  @Override
  public long scan(int customer, int count) {
    reading.renew();
    try (CursorIterable<ByteBuffer> entries =
        map.iterate(reading, KeyRange.atLeast(key(customer)))) {
      long sum = 0;
      int left = count;
      for (CursorIterable.KeyVal<ByteBuffer> entry : entries) {
        sum += entry.val().getLong(0);
        if (--left == 0) {
          break;
        }
      }
      return sum;
    } finally {
      reading.reset();
    }
  }

  @Override
  public void close() {
    reading.close();
    env.close();
  }
}

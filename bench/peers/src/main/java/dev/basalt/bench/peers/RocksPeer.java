package dev.basalt.bench.peers;

import dev.basalt.bench.Customers;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB, with its log, not synced. */
final class RocksPeer extends Peer {
  private final Options options = new Options().setCreateIfMissing(true);
  private final WriteOptions writes = new WriteOptions();
  private final RocksDB map;

  RocksPeer(Path folder) throws RocksDBException {
    super(folder);
    RocksDB.loadLibrary();
    map = RocksDB.open(options, folder.toString());
  }

  private interface Call<R> {
    R run() throws RocksDBException;
  }

  private static <R> R call(Call<R> body) {
    try {
      return body.run();
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void load(int[] customers, int from, int to) {
    boolean _ =
        call(
            () -> {
              try (WriteBatch batch = new WriteBatch()) {
                for (int i = from; i < to; i++) {
                  batch.put(Customers.keyBytes(customers[i]), Value.of(customers[i]));
                }
                map.write(writes, batch);
                return true;
              }
            });
  }

  private void put(byte[] key, byte[] value) {
    boolean _ =
        call(
            () -> {
              map.put(writes, key, value);
              return true;
            });
  }

  @Override
  public void put(int customer) {
    put(Customers.keyBytes(customer), Value.of(customer));
  }

  @Override
  public long get(int customer) {
    return Value.number(present(call(() -> map.get(Customers.keyBytes(customer)))));
  }

  @Override
  public void update(int customer) {
    byte[] key = Customers.keyBytes(customer);
    put(key, Value.visited(present(call(() -> map.get(key)))));
  }

  @Override
  public void remove(int customer) {
    boolean _ =
        call(
            () -> {
              map.delete(writes, Customers.keyBytes(customer));
              return true;
            });
  }

  @Override
  public long scan(int customer, int count) {
    long sum = 0;
    try (RocksIterator entries = map.newIterator()) {
      entries.seek(Customers.keyBytes(customer));
      for (int left = count; left > 0 && entries.isValid(); left--) {
        sum += Value.number(entries.value());
        entries.next();
      }
    }
    return sum;
  }

  @Override
  public long storedBytes() throws IOException {
    try (FlushOptions flush = new FlushOptions()) {
      map.flush(flush);
      map.compactRange();
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
    return super.storedBytes();
  }

  @Override
  public void close() {
    map.close();
    writes.close();
    options.close();
  }
}

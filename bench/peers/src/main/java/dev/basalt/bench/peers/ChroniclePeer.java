package dev.basalt.bench.peers;

import dev.basalt.bench.Customers;
import java.io.IOException;
import java.nio.file.Path;
import net.openhft.chronicle.map.ChronicleMap;

/** Chronicle Map. */
final class ChroniclePeer extends Peer {
  private static final int ENTRIES_MAX = 4_000_000;

  private final ChronicleMap<String, byte[]> map;
  private final byte[] reused = new byte[Value.SIZE];

  ChroniclePeer(Path folder) throws IOException {
    super(folder);
    map =
        ChronicleMap.of(String.class, byte[].class)
            .averageKey(Customers.key(1))
            .constantValueSizeBySample(new byte[Value.SIZE])
            .entries(ENTRIES_MAX)
            .createPersistedTo(folder.resolve("map.dat").toFile());
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
    return Value.number(present(map.getUsing(Customers.key(customer), reused)));
  }

  @Override
  public void update(int customer) {
    String key = Customers.key(customer);
    map.put(key, Value.visited(present(map.getUsing(key, reused))));
  }

  @Override
  public void remove(int customer) {
    map.remove(Customers.key(customer));
  }

  @Override
  public void close() {
    map.close();
  }
}

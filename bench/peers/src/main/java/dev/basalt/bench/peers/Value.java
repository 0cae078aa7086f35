package dev.basalt.bench.peers;

import dev.basalt.bench.Customers;
import java.nio.ByteBuffer;

/** A value as bytes: the number, the visits, the text. */
final class Value {
  static final int VISITS = Long.BYTES;
  private static final int TEXT = VISITS + Integer.BYTES;
  static final int SIZE = TEXT + Customers.TEXT_LENGTH;

  private Value() {}

  static byte[] of(int customer) {
    byte[] value = new byte[SIZE];
    ByteBuffer.wrap(value).putLong(customer).putInt(0).put(Customers.textBytes(customer));
    return value;
  }

  static long number(byte[] value) {
    return ByteBuffer.wrap(value).getLong(0);
  }

  /** One visit more. */
  static byte[] visited(byte[] value) {
    byte[] changed = value.clone();
    ByteBuffer bytes = ByteBuffer.wrap(changed);
    bytes.putInt(VISITS, bytes.getInt(VISITS) + 1);
    return changed;
  }
}

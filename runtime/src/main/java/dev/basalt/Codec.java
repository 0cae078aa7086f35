package dev.basalt;

/**
 * Turns values of a program's own type into bytes and back, so that fields of the type can be
 * stored. Values are copied: what a field gives back is another object, equal to the one assigned.
 *
 * <p>Codecs are registered with {@link PoolBuilder#codec}, or found as services ({@link
 * java.util.ServiceLoader}) by the pool's class loader. For a field declared with a type of its own
 * the agent must know of the codec when the class is loaded: so it has to be a service, named in
 * {@code META-INF/services/dev.basalt.Codec}.
 *
 * @param <T> the type; also used for its subclasses that have no codec of their own
 */
public interface Codec<T> {
  /**
   * The class of the values.
   *
   * @return the class
   */
  Class<T> type();

  /**
   * The codec's name in pools, by which it is found again. Must not change.
   *
   * @return the name; by default the name of the type
   */
  default String name() {
    return type().getName();
  }

  /**
   * The version of the bytes that {@link #encode} makes.
   *
   * @return the version; by default 1
   */
  default int version() {
    return 1;
  }

  /**
   * Turns a value into bytes.
   *
   * @param value the value
   * @return its bytes
   */
  byte[] encode(T value);

  /**
   * Turns bytes into a value.
   *
   * @param bytes what {@link #encode} made
   * @param version the version of the codec that made them, at most this one's
   * @return a value that equals the encoded one
   */
  T decode(byte[] bytes, int version);
}

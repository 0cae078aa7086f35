package dev.basalt.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A map from {@link Customers#key keys} to values of a {@code long}, an {@code int} and a text, as
 * one contender keeps it. Each call is an update or a read of its own, but for {@link #load}.
 */
public interface MapContender extends AutoCloseable {
  /**
   * A kind of map.
   *
   * @param name its name in the table
   * @param opener makes an empty one in an empty folder
   */
  record Kind(String name, Opener opener) {}

  /** Makes an empty map. */
  interface Opener {
    /**
     * Makes it.
     *
     * @param folder an empty folder
     * @return the map
     * @throws Exception if that is not possible
     */
    MapContender open(Path folder) throws Exception;
  }

  /** Contenders that are on the class path only if a program wants them. */
  interface Peers {
    /**
     * The kinds.
     *
     * @return in the order of the table
     */
    List<Kind> kinds();
  }

  /**
   * Puts new entries, in one transaction if the contender has any.
   *
   * @param customers their numbers
   * @param from index of the first
   * @param to index behind the last
   */
  void load(int[] customers, int from, int to);

  /**
   * Puts an entry that is not there.
   *
   * @param customer its number
   */
  void put(int customer);

  /**
   * Looks an entry up and reads the value's {@code long}.
   *
   * @param customer its number
   * @return the value's
   */
  long get(int customer);

  /**
   * Adds one to the {@code int} of an entry's value.
   *
   * @param customer its number
   */
  void update(int customer);

  /**
   * Removes an entry that is there.
   *
   * @param customer its number
   */
  void remove(int customer);

  /**
   * Reads the {@code long} of entries in the order of their keys.
   *
   * @param customer the first one's number
   * @param count how many there are to be
   * @return the sum
   * @throws UnsupportedOperationException if the map is not sorted
   */
  default long scan(int customer, int count) {
    throw new UnsupportedOperationException("not sorted");
  }

  /**
   * The space that the entries take on the medium, without the log if that can be told.
   *
   * @return bytes, or 0 if they are on the heap
   * @throws Exception if that cannot be found out
   */
  long storedBytes() throws Exception;

  @Override
  void close() throws IOException;
}

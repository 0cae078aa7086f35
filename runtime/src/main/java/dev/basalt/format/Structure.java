package dev.basalt.format;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one on-disk structure, each placed behind the one before. Used while a format class
 * initialises; kept so that a test can compare it with the documentation.
 */
public final class Structure {
  /** A little-endian int at any offset. */
  public static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A little-endian long at any offset. */
  public static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * One field.
   *
   * @param name what the documentation calls it
   * @param offset bytes from the structure's start
   * @param size bytes; 0 for a part of variable length at the end
   */
  public record Field(String name, int offset, int size) {}

  private final String name;
  private final List<Field> fields = new ArrayList<>();
  private int size;

  Structure(String name) {
    this.name = name;
  }

  /** A structure that begins with an object's header. */
  static Structure ofObject(String name) {
    Structure structure = new Structure(name);
    structure.fields.add(new Field("header", 0, ObjectFormat.SIZE));
    structure.size = ObjectFormat.SIZE;
    return structure;
  }

  int u32(String field) {
    return add(field, Integer.BYTES);
  }

  int u64(String field) {
    return add(field, Long.BYTES);
  }

  /** A part of variable length, which ends the structure. */
  int rest(String field) {
    return add(field, 0);
  }

  int add(String field, int bytes) {
    int offset = size;
    if (bytes > 0 && bytes <= Long.BYTES && offset % bytes != 0) {
      throw new IllegalStateException(name + "." + field + " is not aligned at " + offset);
    }
    fields.add(new Field(field, offset, bytes));
    size += bytes;
    return offset;
  }

  int size() {
    return size;
  }

  /**
   * What the documentation calls the structure.
   *
   * @return its name
   */
  public String name() {
    return name;
  }

  /**
   * The fields in the order of their offsets.
   *
   * @return the fields
   */
  public List<Field> fields() {
    return List.copyOf(fields);
  }
}

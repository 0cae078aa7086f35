package dev.basalt.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A type as the pool knows it: a link of the type table's chain. The text is lines of UTF-8; white
 * space and {@code %} in names are written as {@code %} and two hexadecimal digits per byte.
 *
 * <pre>
 * class NAME SIZE SUPERCLASS       a class ({@code -} for no superclass), then a line per field:
 * record NAME SIZE -               {@code OFFSET KIND NAME TYPE DECLARING-CLASS}
 * enum NAME                        then a line per constant: its name
 * array NAME                       the name as {@code Class.getName} has it
 * codec NAME CODEC VERSION         the value's class, the codec's name and version
 * </pre>
 */
public final class TypeRecordFormat {
  private static final Structure S = Structure.ofObject("TypeRecord");

  /** Based pointer to the next record, or 0. */
  public static final int NEXT = S.u64("next");

  /** The class id that the record describes. */
  public static final int DESCRIBED_ID = S.u32("describedId");

  /** Bytes of text. */
  public static final int LENGTH = S.u32("length");

  /** CRC32C of the class id, the length and the text: objects are rewritten by what it says. */
  public static final int CRC = S.u32("crc");

  static {
    S.u32("unused");
  }

  /** The text. */
  public static final int TEXT = S.rest("text");

  private TypeRecordFormat() {}

  /**
   * The checksum of a record.
   *
   * @param describedId the class id
   * @param text the text
   * @return what {@link #CRC} is to hold
   */
  public static int crc(int describedId, byte[] text) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(describedId)
            .putInt(text.length)
            .flip());
    crc.update(text);
    return (int) crc.getValue();
  }

  /**
   * The structure's fields.
   *
   * @return the structure
   */
  public static Structure structure() {
    return S;
  }
}

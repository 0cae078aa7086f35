package dev.basalt.object;

import java.util.Locale;

/** The kinds of stored fields; the names in lower case are those of the type table. */
public enum FieldKind {
  /** 8 bytes. */
  LONG(8),
  /** 8 bytes. */
  DOUBLE(8),
  /** A slot of 8 bytes: a reference or a small value. */
  REFERENCE(8),
  /** A slot of 8 bytes: a reference to the proxy of an object, or null. */
  WEAK(8),
  /**
   * 8 bytes: the place of an object that leads to this one, or 0. Not counted, so a structure may
   * refer back by it without keeping itself alive; it sets the field anew before what it leads to
   * is unlinked.
   */
  BACK(8),
  /** 4 bytes. */
  INT(4),
  /** 4 bytes. */
  FLOAT(4),
  /** 2 bytes. */
  CHAR(2),
  /** 2 bytes. */
  SHORT(2),
  /** 1 byte. */
  BYTE(1),
  /** 1 byte. */
  BOOLEAN(1);

  private final int bytes;

  FieldKind(int bytes) {
    this.bytes = bytes;
  }

  /**
   * The size of a field of this kind.
   *
   * @return bytes, also its alignment
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Whether a field of this kind holds a slot.
   *
   * @return whether it may refer to an object that counts it
   */
  public boolean isSlot() {
    return this == REFERENCE || this == WEAK;
  }

  /**
   * The kind of a Java type.
   *
   * @param type the declared type of a field
   * @return its kind
   */
  public static FieldKind of(Class<?> type) {
    return type.isPrimitive() ? valueOf(type.getName().toUpperCase(Locale.ROOT)) : REFERENCE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.basalt.object;

import java.util.List;

/**
 * What the type table says of a type. A shape never changes: a class that has changed gets another
 * type with another id, so an object's class id tells how its bytes are to be read.
 */
sealed interface Shape {
  /** The binary name of the class, as it was when the shape was stored. */
  String name();

  /** A class whose objects have identity. */
  record ClassShape(Layout layout) implements Shape {
    @Override
    public String name() {
      return layout.name();
    }
  }

  /** A record, stored by value; its components are the layout's fields. */
  record RecordShape(Layout layout) implements Shape {
    @Override
    public String name() {
      return layout.name();
    }
  }

  /** An enum: the names of its constants, in the order of their ordinals. */
  record EnumShape(String name, List<String> constants) implements Shape {}

  /** A class of arrays of references. */
  record ArrayShape(String name) implements Shape {}

  /** A class whose values a codec turns into bytes. */
  record CodecShape(String name, String codec, int version) implements Shape {}
}

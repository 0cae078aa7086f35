package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ArrayFormat;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ForwardFormat;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.ValueFormat;
import dev.basalt.tx.Tx;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntUnaryOperator;

/**
 * What slots hold, as text: values in the manner of Java's literals, references as places. The
 * pool's type table says what there is; no class of the program is needed. Nothing is held on the
 * Java heap that is as long as a string or an array.
 */
final class ValueText {
  private static final int DEPTH_MAX = 500;
  private static final int PER_LINE = 16;
  private static final String NEW_LINE = "\n      ";
  private static final HexFormat HEX = HexFormat.of();
  private static final ValueLayout.OfChar CHAR =
      ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** By {@link ArrayFormat}'s kinds. */
  private static final List<FieldKind> ELEMENT_KINDS =
      List.of(
          FieldKind.BOOLEAN,
          FieldKind.BYTE,
          FieldKind.CHAR,
          FieldKind.SHORT,
          FieldKind.INT,
          FieldKind.LONG,
          FieldKind.FLOAT,
          FieldKind.DOUBLE);

  private final ObjectText text;
  private final ObjectSpace space;
  private final Tx tx;
  private final Appendable out;

  ValueText(ObjectText text, ObjectSpace space, Tx tx, Appendable out) {
    this.text = text;
    this.space = space;
    this.tx = tx;
    this.out = out;
  }

  /** Writes what a slot holds; what is damaged in it is reported there. */
  void slot(long slot, int depth) throws IOException {
    text.attempt(() -> write(slot, depth));
  }

  private void write(long slot, int depth) throws IOException {
    switch (SlotFormat.tag(slot)) {
      case SlotFormat.POINTER -> {
        if (slot == 0) {
          out.append("null");
        } else {
          object(slot, depth);
        }
      }
      case SlotFormat.STRING -> {
        String string = Strings.fromSlot(slot);
        Quoted.write(out, '"', string.length(), string::charAt);
      }
      case SlotFormat.SMALL, SlotFormat.LONG -> boxed(Scalars.fromSlot(slot));
      case SlotFormat.ENUM -> {
        Enums.Place constant = Enums.placeOf(space.types(), slot);
        Quoted.plain(out, constant.shape().name() + "." + constant.name());
      }
      case SlotFormat.DIRECT -> value(DirectValues.fromSlot(slot));
      default ->
          throw new CorruptPoolException(
              "a slot holds %016x, which has no meaning".formatted(slot));
    }
  }

  /** Boxed values are told apart as literals are. */
  private void boxed(Object value) throws IOException {
    switch (value) {
      case Character c -> Quoted.write(out, '\'', 1, _ -> c);
      case Byte b -> out.append("(byte) ").append(b.toString());
      case Short s -> out.append("(short) ").append(s.toString());
      case Long l -> out.append(l.toString()).append('L');
      case Float f -> out.append(f.toString()).append('f');
      default -> out.append(value.toString());
    }
  }

  private void value(Object value) throws IOException {
    String type =
        switch (value) {
          case OptionalInt _, OptionalLong _, OptionalDouble _ -> "";
          case ZoneOffset _ -> "ZoneOffset ";
          case ZoneId _ -> "ZoneId ";
          default -> value.getClass().getSimpleName() + " ";
        };
    Quoted.plain(out, type + value);
  }

  private void object(long object, int depth) throws IOException {
    if (depth > DEPTH_MAX) {
      throw new CorruptPoolException(
          "the value at %d lies more than %d deep in others".formatted(object, DEPTH_MAX));
    }
    text.check(object);
    int classId = (int) tx.constantWord(object, ObjectFormat.CLASS_ID);
    switch (classId) {
      case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 ->
          string(object, classId == ClassIds.STRING_LATIN1);
      case ClassIds.LONG -> boxed(tx.word(object, NumberFormat.VALUE));
      case ClassIds.DOUBLE -> boxed(Double.longBitsToDouble(tx.word(object, NumberFormat.VALUE)));
      case ClassIds.VALUE -> value(ByteValues.decode(tx, object));
      case ClassIds.OPTIONAL -> {
        out.append("Optional[");
        slot(tx.word(object, SlotsFormat.slot(0)), depth + 1);
        out.append(']');
      }
      case ClassIds.ARRAY -> primitives(object);
      case ClassIds.FORWARD -> object(tx.word(object, ForwardFormat.TARGET), depth + 1);
      case ClassIds.WEAK_PROXY -> weak(object);
      case ClassIds.SLOTS -> reference(object, "slots");
      default -> typed(object, space.types().byId(classId, object).shape(), depth);
    }
  }

  private void reference(long object, String name) throws IOException {
    out.append('@').append(Long.toString(object)).append(' ');
    Quoted.plain(out, name);
  }

  private void typed(long object, Shape shape, int depth) throws IOException {
    switch (shape) {
      case Shape.ClassShape(Layout layout) -> reference(object, layout.name());
      case Shape.RecordShape(Layout layout) -> record(object, layout, depth);
      case Shape.ArrayShape(String name) -> references(object, name, depth);
      case Shape.CodecShape codec -> coded(object, codec);
      case Shape.EnumShape _ -> space.contents().sizeOf(tx, object); // says what is wrong
    }
  }

  /** The word that leads to the target has no versions, so it is only told where it leads. */
  private void weak(long proxy) throws IOException {
    long target = WeakReferences.target(tx, proxy);
    out.append(target == 0 ? "null" : "@" + target);
  }

  private void string(long object, boolean latin1) throws IOException {
    int bytes = (int) tx.constantWord(object, BytesFormat.LENGTH);
    MemorySegment data = tx.constantBytes(object, BytesFormat.DATA, bytes);
    IntUnaryOperator charAt =
        latin1
            ? i -> data.get(ValueLayout.JAVA_BYTE, i) & 0xFF
            : i -> data.get(CHAR, (long) i * Character.BYTES);
    Quoted.write(out, '"', latin1 ? bytes : bytes / Character.BYTES, charAt);
  }

  private void record(long object, Layout layout, int depth) throws IOException {
    Quoted.plain(out, layout.name());
    out.append('[');
    String separator = "";
    for (Layout.Field field : layout.fields()) {
      out.append(separator);
      Quoted.plain(out, field.name());
      out.append('=');
      field(object, field, depth + 1);
      separator = ", ";
    }
    out.append(']');
  }

  /** Writes the value of a field or of a record's component. */
  void field(long object, Layout.Field field, int depth) throws IOException {
    switch (field.kind()) {
      case REFERENCE, WEAK -> slot(tx.word(object, field.offset()), depth);
      case BACK -> {
        long target = tx.word(object, field.offset());
        out.append(target == 0 ? "null" : "@" + target);
      }
      default -> primitive(FieldBits.box(field.kind(), FieldBits.read(tx, object, field)));
    }
  }

  /** Primitive values stand beside their type. */
  private void primitive(Object value) throws IOException {
    if (value instanceof Character) {
      boxed(value);
    } else {
      out.append(value.toString());
    }
  }

  private interface Element {
    void write(int index) throws IOException;
  }

  private void elements(String type, int length, Element element) throws IOException {
    int at = type.indexOf("[]");
    Quoted.plain(out, type.substring(0, at));
    out.append('[').append(Integer.toString(length)).append(']');
    out.append(type.substring(at + 2)).append(" {");
    for (int i = 0; i < length; i++) {
      if (i > 0) {
        out.append(i % PER_LINE == 0 ? "," + NEW_LINE : ", ");
      }
      element.write(i);
    }
    out.append('}');
  }

  private void references(long object, String className, int depth) throws IOException {
    elements(
        ObjectText.typeName(className),
        text.length(object),
        i -> slot(tx.word(object, SlotsFormat.slot(i)), depth + 1));
  }

  private void primitives(long object) throws IOException {
    int kind = (int) (tx.constantWord(object, ArrayFormat.LENGTH) >>> Integer.SIZE);
    if (ArrayFormat.elementBytes(kind) == 0) {
      throw new CorruptPoolException("the array at %d has kind %d".formatted(object, kind));
    }
    FieldKind elements = ELEMENT_KINDS.get(kind - ArrayFormat.BOOLEAN);
    elements(
        elements + "[]",
        text.length(object),
        i -> {
          int offset = ArrayFormat.DATA + i * elements.bytes();
          primitive(FieldBits.box(elements, FieldBits.read(tx, object, offset, elements)));
        });
  }

  private void coded(long object, Shape.CodecShape codec) throws IOException {
    int length = (int) (tx.constantWord(object, ValueFormat.KIND) >>> Integer.SIZE);
    MemorySegment bytes = tx.constantBytes(object, ValueFormat.DATA, length);
    Quoted.plain(
        out,
        "%s (codec '%s', version %d) ".formatted(codec.name(), codec.codec(), codec.version()));
    for (int i = 0; i < length; i++) {
      HEX.toHexDigits(out, bytes.get(ValueLayout.JAVA_BYTE, i));
    }
  }
}

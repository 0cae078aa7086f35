package dev.basalt.agent;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import org.jspecify.annotations.Nullable;

/**
 * A quick look at a class file's constants: does the class concern the agent at all? Nearly no
 * class does, so this decides what the agent costs.
 */
final class ConstantPoolScan {
  private static final int UTF8 = 1;
  private static final int FIELD_REF = 9;

  /** A class with this constant may be persistent, or rewritten already. */
  private static final int CLASS_MARK = 1;

  /** A class with this constant may have methods that are annotated. */
  private static final int METHOD_MARK = 2;

  /** A class with this constant may get at fields by reflection. */
  private static final int REFLECTION = 4;

  /** What is looked for, by its length: most constants have a length that none of them has. */
  private static final Word[][] WORDS =
      byLength(
          new Word(Names.PERSISTENT, CLASS_MARK),
          new Word(Names.CONSTRUCTOR_DESC, CLASS_MARK),
          new Word(Names.TRANSACTIONAL, METHOD_MARK),
          new Word(Names.ON_HANDLE, METHOD_MARK),
          new Word("java/lang/reflect/Field", REFLECTION),
          new Word("findGetter", REFLECTION),
          new Word("findSetter", REFLECTION),
          new Word("findVarHandle", REFLECTION),
          new Word("unreflectGetter", REFLECTION),
          new Word("unreflectSetter", REFLECTION),
          new Word("unreflectVarHandle", REFLECTION),
          new Word("newUpdater", REFLECTION));

  private final int found;

  private ConstantPoolScan(int found) {
    this.found = found;
  }

  private static final class Word {
    final byte[] bytes;
    final int mark;

    Word(String text, int mark) {
      this.bytes = text.getBytes(StandardCharsets.US_ASCII);
      this.mark = mark;
    }
  }

  private static Word[][] byLength(Word... words) {
    int longest = Stream.of(words).mapToInt(word -> word.bytes.length).max().orElseThrow();
    return IntStream.rangeClosed(0, longest)
        .mapToObj(
            length ->
                Stream.of(words).filter(word -> word.bytes.length == length).toArray(Word[]::new))
        .toArray(Word[][]::new);
  }

  static ConstantPoolScan of(ClassReader reader) {
    int found = 0;
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item != 0 && reader.readByte(item - 1) == UTF8) {
        int length = reader.readUnsignedShort(item);
        if (length < WORDS.length) {
          for (Word word : WORDS[length]) {
            if (isAt(reader, item + 2, word.bytes)) {
              found |= word.mark;
            }
          }
        }
      }
    }
    return new ConstantPoolScan(found);
  }

  private static boolean isAt(ClassReader reader, int offset, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (reader.readByte(offset + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the class may be annotated, or have the agent's constructor already. */
  boolean mayBePersistent() {
    return (found & CLASS_MARK) != 0;
  }

  /** Whether methods of the class may be annotated. */
  boolean mayHaveMarkedMethods() {
    return (found & METHOD_MARK) != 0;
  }

  /** Whether the class may read or write fields by reflection. */
  boolean mayReflect() {
    return (found & REFLECTION) != 0;
  }

  /**
   * The constants by which a class that has no stored fields itself refers to those of other
   * classes, or to fields of which that will be known late.
   */
  static BitSet storedFields(
      ClassReader reader, byte[] classFile, ClassModel user, ClassModels models) {
    BitSet found = new BitSet();
    int ownClass = reader.readUnsignedShort(reader.header + 2);
    char[] buffer = new char[reader.getMaxStringLength()];
    @Nullable BitSet used = null;
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      if (item == 0
          || reader.readByte(item - 1) != FIELD_REF
          || reader.readUnsignedShort(item) == ownClass) {
        continue;
      }
      if (used == null) {
        used = InstanceFieldUses.of(reader, classFile);
      }
      if (!used.get(i)) {
        continue;
      }
      String owner = reader.readClass(item, buffer);
      if (models.mayHaveAccessors(owner)
          ? isStored(reader, item, buffer, models)
          : models.isKnownLate(owner, user)) {
        found.set(i);
      }
    }
    return found;
  }

  private static boolean isStored(
      ClassReader reader, int fieldRef, char[] buffer, ClassModels models) {
    int nameAndType = reader.getItem(reader.readUnsignedShort(fieldRef + 2));
    String owner = reader.readClass(fieldRef, buffer);
    String name = reader.readUTF8(nameAndType, buffer);
    String desc = reader.readUTF8(nameAndType + 2, buffer);
    return owner != null
        && name != null
        && desc != null
        && models.storedField(owner, name, desc) != null;
  }
}

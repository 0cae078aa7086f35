package dev.basalt.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.signature.SignatureReader;
import net.bytebuddy.jar.asm.signature.SignatureVisitor;
import org.jspecify.annotations.Nullable;

/**
 * The types that can be stored without being persistent classes: the JDK's values, and those of the
 * codecs that are named as services in the class path of one loader. Thread-safe.
 */
final class StorableTypes {
  private static final String CODEC = "dev/basalt/Codec";
  private static final String CODEC_SERVICE = "META-INF/services/dev.basalt.Codec";

  private static final Set<String> VALUES =
      Set.of(
          "java/lang/String",
          "java/lang/CharSequence",
          "java/lang/Object",
          "java/lang/Boolean",
          "java/lang/Byte",
          "java/lang/Character",
          "java/lang/Short",
          "java/lang/Integer",
          "java/lang/Long",
          "java/lang/Float",
          "java/lang/Double",
          "java/lang/Number",
          "java/lang/Enum",
          "java/lang/Record",
          "java/util/UUID",
          "java/util/Optional",
          "java/util/OptionalInt",
          "java/util/OptionalLong",
          "java/util/OptionalDouble",
          "java/math/BigInteger",
          "java/math/BigDecimal",
          "java/time/Duration",
          "java/time/Instant",
          "java/time/LocalDate",
          "java/time/LocalDateTime",
          "java/time/LocalTime",
          "java/time/MonthDay",
          "java/time/OffsetDateTime",
          "java/time/OffsetTime",
          "java/time/Period",
          "java/time/Year",
          "java/time/YearMonth",
          "java/time/ZoneId",
          "java/time/ZoneOffset",
          "java/time/ZonedDateTime");

  private final ClassFileSource source;
  private volatile @Nullable Set<String> coded;

  StorableTypes(ClassFileSource source) {
    this.source = source;
  }

  boolean contains(String name) {
    return VALUES.contains(name) || coded().contains(name);
  }

  private Set<String> coded() {
    Set<String> known = coded;
    if (known == null) {
      known = findCoded();
      coded = known;
    }
    return known;
  }

  private Set<String> findCoded() {
    Set<String> types = new HashSet<>();
    try (InputStream file = source.open(CODEC_SERVICE)) {
      if (file != null) {
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          String name = line.replaceFirst("#.*", "").strip();
          if (!name.isEmpty()) {
            addTypeOf(name.replace('.', '/'), types);
          }
        }
      }
    } catch (IOException e) {
      // As if it were not there: the fields are refused, and the message names the way out.
    }
    return types;
  }

  /** Adds the argument of {@code Codec} in the generic signature of a codec's class. */
  private void addTypeOf(String codec, Set<String> types) throws IOException {
    try (InputStream file = source.open(codec + ".class")) {
      if (file != null) {
        new ClassReader(file.readAllBytes())
            .accept(
                new ClassVisitor(Opcodes.ASM9) {
                  @Override
                  public void visit(
                      int version,
                      int access,
                      String name,
                      @Nullable String signature,
                      @Nullable String superName,
                      String[] interfaces) {
                    if (signature != null) {
                      new SignatureReader(signature).accept(new CodecArgument(types));
                    }
                  }
                },
                ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
      }
    }
  }

  /** Takes {@code com/acme/Money} out of {@code Codec<Money>}. */
  private static final class CodecArgument extends SignatureVisitor {
    private final Set<String> types;
    private boolean inCodec;

    CodecArgument(Set<String> types) {
      super(Opcodes.ASM9);
      this.types = types;
    }

    @Override
    public void visitClassType(String name) {
      if (inCodec) {
        types.add(name);
      }
      inCodec = name.equals(CODEC);
    }

    @Override
    public void visitInnerClassType(String name) {
      inCodec = false;
    }
  }
}

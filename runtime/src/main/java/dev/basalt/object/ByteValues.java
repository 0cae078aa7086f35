package dev.basalt.object;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ValueFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/** Immutable JDK values as bytes in objects of their own, {@link ValueFormat}. */
final class ByteValues {
  private static final int DATE_TIME_BYTES = 2 * Long.BYTES;

  private ByteValues() {}

  /** Stores a value; returns 0 if it is of another type. */
  static long encode(Update update, Object value) {
    return switch (value) {
      case UUID u ->
          store(
              update,
              ValueFormat.UUID,
              buffer(2 * Long.BYTES)
                  .putLong(u.getMostSignificantBits())
                  .putLong(u.getLeastSignificantBits()));
      case BigInteger i when i.getClass() == BigInteger.class ->
          store(update, ValueFormat.BIG_INTEGER, i.toByteArray());
      case BigDecimal d when d.getClass() == BigDecimal.class -> {
        byte[] unscaled = d.unscaledValue().toByteArray();
        yield store(
            update,
            ValueFormat.BIG_DECIMAL,
            buffer(Integer.BYTES + unscaled.length).putInt(d.scale()).put(unscaled));
      }
      case Instant i ->
          store(update, ValueFormat.INSTANT, seconds(i.getEpochSecond(), i.getNano()));
      case Duration d -> store(update, ValueFormat.DURATION, seconds(d.getSeconds(), d.getNano()));
      case Period p ->
          store(
              update,
              ValueFormat.PERIOD,
              buffer(3 * Integer.BYTES)
                  .putInt(p.getYears())
                  .putInt(p.getMonths())
                  .putInt(p.getDays()));
      case LocalDateTime t ->
          store(update, ValueFormat.LOCAL_DATE_TIME, put(buffer(DATE_TIME_BYTES), t));
      case OffsetDateTime t ->
          store(
              update,
              ValueFormat.OFFSET_DATE_TIME,
              put(buffer(DATE_TIME_BYTES + Integer.BYTES), t.toLocalDateTime())
                  .putInt(t.getOffset().getTotalSeconds()));
      case OffsetTime t ->
          store(
              update,
              ValueFormat.OFFSET_TIME,
              buffer(Long.BYTES + Integer.BYTES)
                  .putLong(t.toLocalTime().toNanoOfDay())
                  .putInt(t.getOffset().getTotalSeconds()));
      case ZonedDateTime t -> {
        byte[] zone = t.getZone().getId().getBytes(UTF_8);
        yield store(
            update,
            ValueFormat.ZONED_DATE_TIME,
            put(buffer(DATE_TIME_BYTES + Integer.BYTES + zone.length), t.toLocalDateTime())
                .putInt(t.getOffset().getTotalSeconds())
                .put(zone));
      }
      case ZoneId zone -> store(update, ValueFormat.ZONE_ID, zone.getId().getBytes(UTF_8));
      case OptionalInt o ->
          store(
              update,
              ValueFormat.OPTIONAL_INT,
              o.isEmpty() ? buffer(0) : buffer(Integer.BYTES).putInt(o.getAsInt()));
      case OptionalLong o ->
          store(
              update,
              ValueFormat.OPTIONAL_LONG,
              o.isEmpty() ? buffer(0) : buffer(Long.BYTES).putLong(o.getAsLong()));
      case OptionalDouble o ->
          store(
              update,
              ValueFormat.OPTIONAL_DOUBLE,
              o.isEmpty() ? buffer(0) : buffer(Double.BYTES).putDouble(o.getAsDouble()));
      default -> 0;
    };
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer seconds(long seconds, int nanos) {
    return buffer(Long.BYTES + Integer.BYTES).putLong(seconds).putInt(nanos);
  }

  private static ByteBuffer put(ByteBuffer bytes, LocalDateTime time) {
    return bytes.putLong(time.toLocalDate().toEpochDay()).putLong(time.toLocalTime().toNanoOfDay());
  }

  private static long store(Update update, int kind, ByteBuffer bytes) {
    return store(update, kind, rest(bytes.flip()));
  }

  private static long store(Update update, int kind, byte[] bytes) {
    return store(update, ClassIds.VALUE, kind, bytes);
  }

  /** Stores bytes under a class id of a codec's or {@link ClassIds#VALUE}. */
  static long store(Update update, int classId, int kind, byte[] bytes) {
    return NewObject.create(update, classId, ValueFormat.size(bytes.length))
        .putInt(ValueFormat.KIND, kind)
        .putInt(ValueFormat.LENGTH, bytes.length)
        .putBytes(ValueFormat.DATA, bytes)
        .offset();
  }

  /** Whether an object of class {@link ClassIds#VALUE} is a {@code UUID}. */
  static boolean isUuid(Tx tx, long object) {
    return (int) tx.constantWord(object, ValueFormat.KIND) == ValueFormat.UUID;
  }

  /** The {@code UUID} in such an object, which need not become one if only its halves are used. */
  static UUID uuid(Tx tx, long object) {
    return new UUID(
        tx.constantWord(object, ValueFormat.DATA),
        tx.constantWord(object, ValueFormat.DATA + Long.BYTES));
  }

  /** The bytes of a value. */
  static byte[] bytes(Tx tx, long object) {
    int length = (int) (tx.constantWord(object, ValueFormat.KIND) >>> Integer.SIZE);
    if (length < 0) {
      throw new CorruptPoolException(
          "the value at %d has a length of %d".formatted(object, length));
    }
    return tx.constantBytes(object, ValueFormat.DATA, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The value in an object of class {@link ClassIds#VALUE}. */
  static Object decode(Tx tx, long object) {
    int kind = (int) tx.constantWord(object, ValueFormat.KIND);
    byte[] bytes = bytes(tx, object);
    try {
      return decode(kind, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    } catch (DateTimeException
        | ArithmeticException
        | NumberFormatException
        | BufferUnderflowException e) {
      throw new CorruptPoolException(
          "the value at %d, of kind %d, cannot be understood".formatted(object, kind), e);
    }
  }

  private static Object decode(int kind, ByteBuffer bytes) {
    return switch (kind) {
      case ValueFormat.UUID -> new UUID(bytes.getLong(), bytes.getLong());
      case ValueFormat.BIG_INTEGER -> new BigInteger(rest(bytes));
      case ValueFormat.BIG_DECIMAL -> {
        int scale = bytes.getInt();
        yield new BigDecimal(new BigInteger(rest(bytes)), scale);
      }
      case ValueFormat.INSTANT -> Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
      case ValueFormat.DURATION -> Duration.ofSeconds(bytes.getLong(), bytes.getInt());
      case ValueFormat.PERIOD -> Period.of(bytes.getInt(), bytes.getInt(), bytes.getInt());
      case ValueFormat.LOCAL_DATE_TIME -> dateTime(bytes);
      case ValueFormat.OFFSET_DATE_TIME -> OffsetDateTime.of(dateTime(bytes), offset(bytes));
      case ValueFormat.OFFSET_TIME ->
          OffsetTime.of(LocalTime.ofNanoOfDay(bytes.getLong()), offset(bytes));
      case ValueFormat.ZONED_DATE_TIME -> {
        LocalDateTime time = dateTime(bytes);
        ZoneOffset offset = offset(bytes);
        // The rules of a zone may have changed since: the local time stays, as in serialisation.
        yield ZonedDateTime.ofLocal(time, zone(bytes), offset);
      }
      case ValueFormat.ZONE_ID -> zone(bytes);
      case ValueFormat.OPTIONAL_INT ->
          bytes.hasRemaining() ? OptionalInt.of(bytes.getInt()) : OptionalInt.empty();
      case ValueFormat.OPTIONAL_LONG ->
          bytes.hasRemaining() ? OptionalLong.of(bytes.getLong()) : OptionalLong.empty();
      case ValueFormat.OPTIONAL_DOUBLE ->
          bytes.hasRemaining() ? OptionalDouble.of(bytes.getDouble()) : OptionalDouble.empty();
      default -> throw new CorruptPoolException("a value has the unknown kind " + kind);
    };
  }

  private static LocalDateTime dateTime(ByteBuffer bytes) {
    return LocalDateTime.of(
        LocalDate.ofEpochDay(bytes.getLong()), LocalTime.ofNanoOfDay(bytes.getLong()));
  }

  private static ZoneOffset offset(ByteBuffer bytes) {
    return ZoneOffset.ofTotalSeconds(bytes.getInt());
  }

  private static ZoneId zone(ByteBuffer bytes) {
    return ZoneId.of(new String(rest(bytes), UTF_8));
  }

  private static byte[] rest(ByteBuffer bytes) {
    byte[] rest = new byte[bytes.remaining()];
    bytes.get(rest);
    return rest;
  }
}

package dev.basalt.object;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.format.SlotFormat;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;

/** Values of which every one fits into 56 bits of a slot tagged {@link SlotFormat#DIRECT}. */
final class DirectValues {
  private static final int TYPE_SHIFT = 4;
  private static final int VALUE_SHIFT = 8;

  private static final int LOCAL_DATE = 0;
  private static final int LOCAL_TIME = 1;
  private static final int YEAR = 2;
  private static final int YEAR_MONTH = 3;
  private static final int MONTH_DAY = 4;
  private static final int ZONE_OFFSET = 5;
  private static final int EMPTY = 6;

  private static final int MONTHS = 12;
  private static final int DAYS_MAX = 32;

  private DirectValues() {}

  /** The slot of a value; 0 if it is of another type. */
  static long inSlot(Object value) {
    return switch (value) {
      case LocalDate date -> slot(LOCAL_DATE, date.toEpochDay());
      case LocalTime time -> slot(LOCAL_TIME, time.toNanoOfDay());
      case Year year -> slot(YEAR, year.getValue());
      case YearMonth month ->
          slot(YEAR_MONTH, (long) month.getYear() * MONTHS + month.getMonthValue() - 1);
      case MonthDay day ->
          slot(MONTH_DAY, (long) day.getMonthValue() * DAYS_MAX + day.getDayOfMonth());
      case ZoneOffset offset -> slot(ZONE_OFFSET, offset.getTotalSeconds());
      case Optional<?> optional when optional.isEmpty() -> slot(EMPTY, 0);
      default -> 0;
    };
  }

  private static long slot(int type, long value) {
    return value << VALUE_SHIFT | (long) type << TYPE_SHIFT | SlotFormat.DIRECT;
  }

  /** Whether a slot that is tagged {@link SlotFormat#DIRECT} holds a {@code LocalDate}. */
  static boolean isLocalDate(long slot) {
    return ((int) (slot >>> TYPE_SHIFT) & 0xF) == LOCAL_DATE;
  }

  /** The day of such a {@code LocalDate}. */
  static long epochDay(long slot) {
    return slot >> VALUE_SHIFT;
  }

  static Object fromSlot(long slot) {
    long value = slot >> VALUE_SHIFT;
    int type = (int) (slot >>> TYPE_SHIFT) & 0xF;
    try {
      return switch (type) {
        case LOCAL_DATE -> LocalDate.ofEpochDay(value);
        case LOCAL_TIME -> LocalTime.ofNanoOfDay(value);
        case YEAR -> Year.of(Math.toIntExact(value));
        case YEAR_MONTH ->
            YearMonth.of(
                Math.toIntExact(Math.floorDiv(value, MONTHS)), Math.floorMod(value, MONTHS) + 1);
        case MONTH_DAY ->
            MonthDay.of(
                Math.toIntExact(Math.floorDiv(value, DAYS_MAX)), Math.floorMod(value, DAYS_MAX));
        case ZONE_OFFSET -> ZoneOffset.ofTotalSeconds(Math.toIntExact(value));
        case EMPTY -> Optional.empty();
        default -> throw new CorruptPoolException("a slot holds a value of unknown type " + type);
      };
    } catch (DateTimeException | ArithmeticException e) {
      throw new CorruptPoolException("a slot holds %016x, which is no value".formatted(slot), e);
    }
  }
}

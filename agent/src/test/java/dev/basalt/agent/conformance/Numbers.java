package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;

/** Primitive and boxed fields under every operator. */
public final class Numbers implements Member<Numbers.Cell> {
  @Persistent
  public static class Cell {
    boolean flag;
    byte tiny = Byte.MAX_VALUE;
    char letter = 'y';
    short small = -1;
    int number = Integer.MAX_VALUE;
    long big = Long.MIN_VALUE;
    float ratio = 0.1f;
    double exact = Double.NaN;
    Integer boxed = 127;
    Long boxedLong;
    Double boxedDouble = -0.0;
    Character boxedChar = 'a';
    volatile int fenced = 3;
  }

  @Override
  public Cell make() {
    return new Cell();
  }

  @Override
  public void run(Cell cell, Trace trace) {
    trace.add(cell.tiny++, ++cell.tiny, cell.tiny--, cell.tiny);
    trace.add(cell.letter++, ++cell.letter, cell.letter += 1, (int) cell.letter);
    trace.add(cell.small >>>= 1, cell.small <<= 3, cell.small);
    trace.add(++cell.number, cell.number >> 3, cell.number >>>= 5, cell.number % 7);
    trace.add(--cell.big, cell.big ^= 0xFF, cell.big /= 3, cell.big *= 5L);
    trace.add(cell.ratio += 0.2f, cell.ratio *= 1e30f, cell.ratio *= 1e30f, -cell.ratio);
    trace.add(cell.exact, cell.exact = 2.5, cell.exact %= 1, cell.exact--);
    trace.add(cell.flag ^= true, cell.flag &= false, cell.flag |= true, !cell.flag);
    trace.add(cell.boxed++, cell.boxed, cell.boxed += 1000, cell.boxed.equals(1128));
    trace.addThrown(() -> cell.boxedLong++);
    trace.add(cell.boxedLong = 5L, cell.boxedLong += 2, cell.boxedDouble, cell.boxedChar++);
    trace.add(cell.fenced *= cell.fenced += 2, cell.fenced);
    int[] results = {cell.number = 7, cell.number += cell.number++ + ++cell.number, cell.number};
    trace.add(results[0], results[1], results[2]);
    trace.add(cell.flag ? cell.tiny : cell.letter, (byte) (cell.number << 4), (char) cell.number);
    cell.tiny = cell.tiny = 5;
    cell.tiny += (byte) 300;
    trace.add(cell.tiny, 1 / (float) cell.number, cell.number / 2 * 2.0);
    trace.addThrown(() -> cell.number %= Integer.parseInt("0"));
    switch (cell.number) {
      case 24 -> trace.add("twenty-four");
      default -> trace.add("other " + cell.number);
    }
  }
}

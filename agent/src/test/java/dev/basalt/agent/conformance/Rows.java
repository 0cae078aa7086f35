package dev.basalt.agent.conformance;

import dev.basalt.annotation.Persistent;
import java.util.Arrays;
import java.util.List;

/**
 * Array fields. Arrays are values: outside an update a changed one is assigned back, as here, and
 * inside one it need not be.
 */
public final class Rows implements Member<Rows.Grid> {
  @Persistent
  public static class Grid {
    private boolean[] flags = {true, false};
    private byte[] bytes = {1, -1};
    private char[] chars = {'a', '\uD800'};
    private short[] shorts = {-2, 2};
    private int[] ints = {1, 2, 3};
    private long[] longs = {Long.MIN_VALUE, 7};
    private float[] floats = {0.5f, Float.NaN};
    private double[] doubles = {-0.0, 2.5};
    private String[] words = {"a", null, "c"};
    private int[][] matrix = {{1}, {2, 3}, {}, null};
    private Grid[] grids = {this, null};
    private Object[] objects = {1, "two", new int[] {3}, List.of(4), this};
    private Values.State[] states = Values.State.values();
    private Object array = new long[] {5, 6};
    private int[] none = {};
    private int[] absent;

    int sum(int... more) {
      int sum = 0;
      for (int value : ints) {
        sum += value;
      }
      return sum + Arrays.stream(more).sum();
    }
  }

  @Override
  public Grid make() {
    return new Grid();
  }

  @Override
  public void run(Grid grid, Trace trace) {
    trace.add(Arrays.toString(grid.flags), Arrays.toString(grid.bytes), grid.chars[1] == '\uD800');
    trace.add(Arrays.toString(grid.shorts), Arrays.toString(grid.longs), grid.chars[0]++);
    trace.add(Arrays.toString(grid.floats), Arrays.toString(grid.doubles), grid.words[2]);
    trace.add(Arrays.deepToString(grid.matrix), grid.grids[0] == grid, grid.grids.length);
    trace.add(grid.objects[0], grid.objects[1], grid.objects[3], grid.objects[4] == grid);
    trace.add(((int[]) grid.objects[2])[0], grid.states[1].isFinal(), grid.states.getClass());
    trace.add(grid.array instanceof long[] longs ? longs[1] : "no longs", grid.none.length);
    trace.addThrown(() -> trace.add(grid.absent.length));
    trace.addThrown(() -> trace.add(grid.ints[3]));
    trace.addThrown(() -> ((Object[]) grid.words)[0] = 5);

    int[] ints = grid.ints;
    ints[0] += 10;
    ints[ints[1]]--;
    grid.ints = ints;
    trace.add(grid.sum(), grid.sum(1, 2), grid.sum(grid.ints), Arrays.hashCode(grid.ints));
    int[][] matrix = grid.matrix;
    matrix[1][1] *= 7;
    matrix[3] = new int[] {9};
    grid.matrix = matrix;
    trace.add(Arrays.deepToString(grid.matrix), grid.matrix.clone()[1].length);
    String[] words = grid.words.clone();
    words[1] = words[0] + words[2];
    grid.words = words;
    trace.add(String.join(",", grid.words), Arrays.asList(grid.words).indexOf("c"));
    Grid[] grids = grid.grids;
    grids[1] = new Grid();
    grid.grids = grids;
    grid.grids[1].absent = new int[] {3, 4};
    trace.add(grid.grids[1].sum(), grid.grids[1].absent.length, grid.grids[1] != grid);
    byte[] bytes = grid.bytes;
    System.arraycopy(new byte[] {5, 6, 7}, 1, bytes, 0, 2);
    grid.bytes = bytes;
    grid.array = grid.bytes;
    trace.add(Arrays.toString((byte[]) grid.array), grid.array.getClass());
    grid.none = new int[1000];
    grid.none = Arrays.copyOf(grid.none, 1001);
    trace.add(grid.none.length, grid.none[1000]);
    char[] chars = grid.chars;
    Arrays.fill(chars, 'x');
    grid.chars = chars;
    trace.add(new String(grid.chars));
  }
}

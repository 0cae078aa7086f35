package dev.basalt.collections.programs;

import java.util.Arrays;

/**
 * One change of a random program, by the numbers of the things that it concerns. The same change is
 * made in a pool, by {@link Program}, and in a {@link Model}; its text goes from one process to
 * another.
 *
 * <p>A <i>place</i> in a node is one of its fields ({@link Model#NEXT} and so on), in a group a
 * number from which index, end or key follow.
 */
record Op(Verb verb, long a, long b, long c, long d) {
  /** What is done. */
  enum Verb {
    /** Puts a new node {@code c} to place {@code b} of {@code a}. */
    MAKE,
    /** Puts a new node {@code c} to field {@code b} of node {@code a}, before what is there. */
    INSERT,
    /** Puts a new group {@code c} to place {@code b} of {@code a}. */
    GROUP,
    /** Adds {@code c} new nodes, from number {@code b} on, to group {@code a}. */
    FILL,
    /** Puts the thing {@code c} to place {@code b} of {@code a}. */
    PUT,
    /** Takes away what is at place {@code b} of {@code a}. */
    CUT,
    /** Moves what is at place {@code b} of {@code a} to place {@code d} of {@code c}. */
    MOVE,
    /** Makes the weak field of node {@code a} refer to thing {@code b}, or to nothing. */
    WEAK,
    /** Gives node {@code a} a name of {@code b} letters. */
    NAME,
    /** Gives node {@code a} an array of {@code b} bytes for a value. */
    DATA,
    /** Takes everything out of group {@code a}. */
    CLEAR
  }

  static Op of(Verb verb, long... numbers) {
    long[] all = Arrays.copyOf(numbers, 4);
    return new Op(verb, all[0], all[1], all[2], all[3]);
  }

  static Op parse(String text) {
    String[] words = text.split(" ");
    return new Op(
        Verb.valueOf(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]));
  }

  @Override
  public String toString() {
    return "%s %d %d %d %d".formatted(verb, a, b, c, d);
  }
}

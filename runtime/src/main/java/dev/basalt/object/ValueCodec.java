package dev.basalt.object;

import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A program's codec as the object layer uses it.
 *
 * @param type the class of its values
 * @param name the codec's name in pools
 * @param version the version that it writes
 * @param encode turns a value into bytes
 * @param decode turns bytes of a version into a value
 */
public record ValueCodec(
    Class<?> type,
    String name,
    int version,
    Function<Object, byte[]> encode,
    BiFunction<byte[], Integer, Object> decode) {}

package dev.basalt.object;

import dev.basalt.error.SchemaException;
import dev.basalt.format.ValueFormat;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Values of a program's own types, as bytes that its codecs make of them. */
final class Codecs {
  private final TypeTable types;
  private final List<ValueCodec> codecs;
  private final Map<Class<?>, Optional<ValueCodec>> byClass = new ConcurrentHashMap<>();

  Codecs(TypeTable types, List<ValueCodec> codecs) {
    this.types = types;
    this.codecs = List.copyOf(codecs);
  }

  /** Stores a value; returns 0 if no codec takes it. */
  long encode(Update update, Promotion promotion, Object value) {
    if (codecs.isEmpty()) {
      return 0;
    }
    ValueCodec codec = byClass.computeIfAbsent(value.getClass(), this::find).orElse(null);
    if (codec == null) {
      return 0;
    }
    Type type =
        types.of(new Shape.CodecShape(codec.type().getName(), codec.name(), codec.version()));
    promotion.need(type);
    return ByteValues.store(update, type.id(), ValueFormat.CODED, codec.encode().apply(value));
  }

  /** The codec of exactly the class, else the first one of a superclass or an interface. */
  private Optional<ValueCodec> find(Class<?> type) {
    return codecs.stream()
        .filter(codec -> codec.type() == type)
        .findFirst()
        .or(() -> codecs.stream().filter(codec -> codec.type().isAssignableFrom(type)).findFirst());
  }

  Object decode(Tx tx, long object, Shape.CodecShape shape) {
    for (ValueCodec codec : codecs) {
      if (codec.name().equals(shape.codec())) {
        if (codec.version() < shape.version()) {
          throw new SchemaException(
              ("the pool holds values of %s that version %d of the codec '%s' has written; the one"
                      + " that is registered is version %d")
                  .formatted(shape.name(), shape.version(), shape.codec(), codec.version()));
        }
        return codec.decode().apply(ByteValues.bytes(tx, object), shape.version());
      }
    }
    throw new SchemaException(
        ("the pool holds values of %s that the codec '%s' has written, and no codec of that name is"
                + " registered; add it with PoolBuilder.codec or as a service")
            .formatted(shape.name(), shape.codec()));
  }
}

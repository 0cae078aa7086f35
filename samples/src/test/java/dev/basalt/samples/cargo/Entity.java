package dev.basalt.samples.cargo;

import dev.basalt.annotation.Persistent;
import java.util.Objects;

/** What has an identity: two of a class are equal if that is. */
@Persistent
abstract class Entity<I> {
  private final I id;

  Entity(I id) {
    this.id = Objects.requireNonNull(id);
  }

  I id() {
    return id;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Entity<?> other && getClass() == o.getClass() && id.equals(other.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + " " + id;
  }
}

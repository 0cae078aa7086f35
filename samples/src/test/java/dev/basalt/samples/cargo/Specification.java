package dev.basalt.samples.cargo;

/** A condition that domain objects can be asked for. */
@FunctionalInterface
interface Specification<T> {
  boolean isSatisfiedBy(T candidate);

  default Specification<T> and(Specification<? super T> other) {
    return candidate -> isSatisfiedBy(candidate) && other.isSatisfiedBy(candidate);
  }

  default Specification<T> not() {
    return candidate -> !isSatisfiedBy(candidate);
  }
}

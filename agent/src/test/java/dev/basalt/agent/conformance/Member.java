package dev.basalt.agent.conformance;

/**
 * Something that the language can do with an object of an annotated class.
 *
 * @param <T> the class
 */
public interface Member<T> {
  /** Makes the object that is worked on, and stored where that is the point. */
  T make() throws Exception;

  /** Works on it, and tells what there is to see. */
  void run(T subject, Trace trace) throws Exception;

  /** What the member is called. */
  default String name() {
    return getClass().getSimpleName();
  }
}

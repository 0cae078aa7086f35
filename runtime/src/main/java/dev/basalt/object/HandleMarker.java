package dev.basalt.object;

/** The parameter of the constructors that the agent adds; always {@code null}. */
public final class HandleMarker {
  private HandleMarker() {}
}

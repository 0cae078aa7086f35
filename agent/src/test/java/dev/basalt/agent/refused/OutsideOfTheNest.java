package dev.basalt.agent.refused;

import dev.basalt.annotation.Persistent;

/** Extends a class of a nest that knows nothing of it. */
@Persistent
public class OutsideOfTheNest extends Kinds.ReadByItsNest {
  int own;
}

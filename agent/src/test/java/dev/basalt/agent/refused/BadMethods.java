package dev.basalt.agent.refused;

import dev.basalt.annotation.OnHandle;
import dev.basalt.annotation.Persistent;
import dev.basalt.annotation.Transactional;

/** Methods whose annotations cannot have their effect. */
public abstract class BadMethods {
  @Transactional
  abstract void notWritten();

  @Transactional
  native void elsewhere();

  @OnHandle
  void notPersistent() {}

  /** Everything at once, with a field. */
  @Persistent
  public static class Handles {
    Runtime runtime;

    @OnHandle
    static void noInstance() {}

    @OnHandle
    void parameter(int a) {}

    @OnHandle
    int result() {
      return 1;
    }
  }
}

package dev.basalt.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** The agent's log. Its logger is not made before the first message: that costs start-up time. */
final class AgentLog {
  private static final Logger LOGGER = System.getLogger("dev.basalt.agent");

  private AgentLog() {}

  static void refused(String reasons) {
    LOGGER.log(Level.ERROR, reasons);
  }

  static void failed(String className, Throwable cause) {
    LOGGER.log(
        Level.ERROR, "class " + className + " could not be rewritten and is left alone", cause);
  }

  static void oldJava(int feature, int needed) {
    LOGGER.log(
        Level.ERROR,
        "Basalt needs Java "
            + needed
            + " or later and this is Java "
            + feature
            + "; no class is rewritten");
  }

  static void noNativeAccess(Throwable cause) {
    LOGGER.log(Level.WARNING, "native access must be given by --enable-native-access", cause);
  }
}

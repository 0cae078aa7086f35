package dev.basalt.agent.refused;

import dev.basalt.annotation.Persistent;

/** Types that cannot be persistent, and classes that cannot extend theirs. */
public final class Kinds {
  private Kinds() {}

  @Persistent
  public record ARecord(int x) {}

  @Persistent
  public enum AnEnum {
    ONE
  }

  /** Its initialiser runs when {@code SET} is asked for. */
  @Persistent
  public interface AnInterface {
    Object SET = new Object();
  }

  @Persistent
  public @interface AnAnnotation {
    Object SET = new Object();
  }

  static class NeedsArgument {
    NeedsArgument(int argument) {}
  }

  @Persistent
  public static class ExtendsNeedsArgument extends NeedsArgument {
    public ExtendsNeedsArgument() {
      super(1);
    }
  }

  /** It is persistent through its superclass, and so is the reason. */
  public static class ExtendsRefused extends BadFields {
    Runtime runtime;
  }
}

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

  static class Counted {
    static int all;
    transient int cached;
    protected int count;
    Process process;
  }

  static class Named extends Counted {
    String name;
  }

  @Persistent
  public static class ExtendsState extends Named {
    Runtime runtime;
  }

  @Persistent
  public static class ExtendsList extends java.util.ArrayList<String> {
    private static final long serialVersionUID = 1;
  }

  /** All its superclass's fields are transient, and written by a method of its own. */
  @Persistent
  public static class ExtendsTransientState extends java.util.LinkedList<String> {
    private static final long serialVersionUID = 1;
  }

  /** Its superclasses have only static fields and transient ones that are no state. */
  @Persistent
  public static class ExtendsNoState extends java.util.AbstractList<String> {
    String only;

    @Override
    public String get(int index) {
      return only;
    }

    @Override
    public int size() {
      return 1;
    }
  }

  @Persistent(withoutSuperclassState = true)
  public static class AcceptsTheLoss extends Named {
    String own;
  }

  /** Its state is read here, in its nest, without a sign of a persistent subclass. */
  public static class ReadByItsNest {
    private int state;
  }

  /** Reads it. */
  public static int read(ReadByItsNest base) {
    return base.state;
  }
}

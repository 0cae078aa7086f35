package dev.basalt.agent.elsewhere;

import dev.basalt.annotation.Persistent;

/** Fields of every visibility, for classes of another package. */
@Persistent
public class Parent {
  public long open = 1;
  protected long inherited = 2;
  long ours = 3;
  private long mine = 4;

  public long sum() {
    return open + inherited + ours + mine;
  }

  public static void touch(Parent parent) {
    parent.ours *= 10;
    parent.mine *= 10;
  }
}

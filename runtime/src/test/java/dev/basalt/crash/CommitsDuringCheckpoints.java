package dev.basalt.crash;

import dev.basalt.medium.Medium;
import java.lang.foreign.MemorySegment;

/** Lets another thread commit in the midst of a checkpoint, at chosen operations of it. */
final class CommitsDuringCheckpoints extends PlantedMedium {
  /** So that the log never fills: the checkpoint that would empty it is the one that waits. */
  private static final int TURNS_MAX = 4;

  /** Something that may throw. */
  interface Body {
    void run() throws Exception;
  }

  private final long heapOffset;
  private Thread checkpointing;
  private Body commits;
  private int turns;
  private boolean pagesWritten;

  CommitsDuringCheckpoints(Medium target, long heapOffset) {
    super(target);
    this.heapOffset = heapOffset;
  }

  /** Runs a checkpoint in this thread, and commits in another one at its operations. */
  void whileCheckpointing(Body checkpoint, Body newCommits) throws Exception {
    commits = newCommits;
    turns = 0;
    pagesWritten = false;
    checkpointing = Thread.currentThread();
    try {
      checkpoint.run();
    } finally {
      checkpointing = null;
    }
  }

  @Override
  public void write(long offset, MemorySegment source) {
    if (Thread.currentThread() == checkpointing) {
      pagesWritten = offset >= heapOffset;
      if (pagesWritten) {
        turn();
      }
    }
    super.write(offset, source);
  }

  /** On persistent memory a checkpoint writes no page; it stores sums. */
  @Override
  public void beforeStores(long offset, long lengthBytes) {
    if (Thread.currentThread() == checkpointing) {
      pagesWritten = true;
      turn();
    }
    super.beforeStores(offset, lengthBytes);
  }

  @Override
  public void sync() {
    if (Thread.currentThread() == checkpointing && pagesWritten) {
      turns = Math.min(turns, TURNS_MAX - 1);
      turn();
    }
    super.sync();
  }

  private void turn() {
    if (++turns > TURNS_MAX) {
      return;
    }
    Throwable[] failure = {null};
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    commits.run();
                  } catch (Throwable e) {
                    failure[0] = e;
                  }
                });
    try {
      other.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (failure[0] != null) {
      throw new AssertionError("a commit during a checkpoint has failed", failure[0]);
    }
  }
}

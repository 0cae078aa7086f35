package dev.basalt.tx;

import dev.basalt.memory.Heap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The workspaces that are not in use: a few, each in the place of the threads that used it last.
 */
final class Workspaces implements AutoCloseable {
  private static final int KEPT = 16;

  /** References between places, and in front of the first: see {@link Snapshots}. */
  private static final int STRIDE = 32;

  private final Heap heap;

  /** What a new workspace has seen. */
  private final long sequence;

  private final AtomicReferenceArray<@Nullable Workspace> free =
      new AtomicReferenceArray<>((KEPT + 1) * STRIDE);

  Workspaces(Heap heap, long sequence) {
    this.heap = heap;
    this.sequence = sequence;
  }

  private static int place() {
    return (int) (Thread.currentThread().threadId() % KEPT + 1) * STRIDE;
  }

  Workspace take() {
    Workspace found = free.getAndSet(place(), null);
    return found != null ? found : new Workspace(heap, sequence);
  }

  void giveBack(Workspace workspace) {
    workspace.clear();
    if (!free.compareAndSet(place(), null, workspace)) {
      workspace.close();
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < free.length(); i += STRIDE) {
      Workspace workspace = free.getAndSet(i, null);
      if (workspace != null) {
        workspace.close();
      }
    }
  }
}

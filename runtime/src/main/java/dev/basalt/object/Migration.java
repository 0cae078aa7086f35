package dev.basalt.object;

import dev.basalt.format.ClassIds;
import dev.basalt.format.ForwardFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SlotFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.tx.Tx;
import dev.basalt.tx.Update;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the objects of classes that have changed to the classes' present shapes, when a pool is
 * opened and before anybody can see an object: rewritten code knows one place per field, so it must
 * never meet an object of another shape.
 *
 * <p>In bounded updates: first each object of an old shape is rewritten ({@link ObjectMover});
 * then, if some have moved, every reference to a forward is led to the object itself; then the
 * records of the old shapes are taken out of the type table. A crash in between leaves objects of
 * both shapes, and forwards, all of them sound; the records are still there, so the next opening
 * starts again and finds what is left to do.
 *
 * <p>Nothing is done, and nothing read, if no class has changed. A change that cannot be carried
 * out is left alone: the class is refused when it is first used.
 */
public final class Migration {
  private static final Logger LOGGER = LoggerFactory.getLogger(Migration.class);

  /** Bytes that one update may rewrite. */
  private static final int STEP_BYTES = 16 << 10;

  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final ObjectSpace space;
  private final TypeTable types;
  private final Allocator allocator;

  /** What to do with objects by class id. */
  private final Map<Integer, ObjectMover> movers = new HashMap<>();

  private final List<Type> old = new ArrayList<>();
  private long rewritten;
  private long nextProgress = System.nanoTime() + PROGRESS_NANOS;

  /**
   * Creates the migration of a pool that was only just opened.
   *
   * @param space the pool's objects
   * @param allocator knows where objects lie
   */
  @SuppressWarnings("exports") // for the public package
  public Migration(ObjectSpace space, Allocator allocator) {
    this.space = space;
    this.types = space.types();
    this.allocator = allocator;
  }

  /**
   * Brings all objects to the shapes of today.
   *
   * @return how many objects were rewritten
   */
  public long run() {
    // Classes that have their names still lead to those that have others.
    types.recorded().forEach(type -> space.names().find(type.shape().name()));
    types.recorded().forEach(this::plan);
    if (movers.isEmpty()) {
      return 0;
    }
    rewriteObjects();
    if (movers.values().stream().anyMatch(ObjectMover::moves)) {
      redirectReferences();
    }
    dropOldTypes();
    LOGGER.info("{}: {} objects were brought to new shapes", space.name(), rewritten);
    return rewritten;
  }

  private void plan(Type type) {
    if (!(type.shape() instanceof Shape.ClassShape(Layout stored))) {
      return;
    }
    Class<?> found = space.names().find(stored.name());
    if (found == null
        || !PersistentObject.class.isAssignableFrom(found)
        || PersistentStructure.class.isAssignableFrom(found)) {
      return;
    }
    Layout now = layoutOf(found);
    if (now == null || stored.equals(now)) {
      return;
    }
    ShapeChange change = ShapeChange.of(stored, now, found, space.names());
    boolean isFirst = types.recorded().stream().noneMatch(t -> t.isOf(now));
    if (!change.isPossible()) {
      LOGGER.warn("{}: {}", space.name(), change.refusal().getMessage());
    } else if (change.isInPlace() && isFirst) {
      describeAnew(type, now);
    } else {
      Type target = types.of(new Shape.ClassShape(now));
      movers.put(type.id(), new ObjectMover(stored, now, change, target, space.weakReferences()));
      old.add(type);
      LOGGER.info("{}: {} has changed, its objects follow", space.name(), stored.name());
    }
  }

  private @Nullable Layout layoutOf(Class<?> type) {
    try {
      return Layouts.of(type);
    } catch (LinkageError e) {
      LOGGER.warn("{}: {} cannot be linked: {}", space.name(), type.getName(), e.toString());
      return null;
    }
  }

  /** Only names have changed: the class id stands for the new shape from now on. */
  private void describeAnew(Type type, Layout now) {
    Type renamed = new Type(type.id(), new Shape.ClassShape(now), true);
    space.write(
        () -> {
          Update update = space.currentUpdate();
          types.unlink(update, type);
          types.record(update, renamed);
          return true;
        });
    types.replace(type, renamed);
  }

  // ---- first pass: the objects

  private record Found(long object, ObjectMover mover) {}

  private void rewriteObjects() {
    for (int chunk = 0; chunk < allocator.chunkCount(); chunk++) {
      if (mayHoldOld(allocator.blockSize(chunk))) {
        rewriteChunk(chunk);
      }
      progress("objects", chunk);
    }
  }

  private boolean mayHoldOld(long blockSize) {
    return movers.values().stream()
        .anyMatch(
            mover -> blockSize > 0 && (mover.blockSize() == 0 || mover.blockSize() == blockSize));
  }

  private void rewriteChunk(int chunk) {
    List<Found> found = new ArrayList<>();
    allocator.forEachBlock(
        chunk,
        (block, _) -> {
          ObjectMover mover = movers.get(classId(block));
          if (mover != null) {
            found.add(new Found(block, mover));
          }
        });
    int from = 0;
    while (from < found.size()) {
      int bytes = 0;
      int to = from;
      while (to < found.size() && (to == from || bytes < STEP_BYTES)) {
        bytes += found.get(to++).mover.cost();
      }
      rewrite(found.subList(from, to));
      from = to;
    }
  }

  private int classId(long object) {
    Heap heap = space.transactions().heap();
    heap.verify(object, ObjectFormat.SIZE);
    return heap.getInt(object + ObjectFormat.CLASS_ID);
  }

  private void rewrite(List<Found> step) {
    space.write(
        () -> {
          Update update = space.currentUpdate();
          Promotion promotion = Promotion.of(space, update);
          for (Found next : step) {
            promotion.need(next.mover.type());
            next.mover.bring(update, next.object);
          }
          return true;
        });
    rewritten += step.size();
  }

  // ---- second pass: the references

  private record Reference(long object, int fieldOffset, long target) {}

  private void redirectReferences() {
    for (int chunk = 0; chunk < allocator.chunkCount(); chunk++) {
      List<Long> blocks = new ArrayList<>();
      allocator.forEachBlock(chunk, (block, _) -> blocks.add(block));
      List<Reference> stale = space.read(() -> toForwards(space.currentTx(), blocks));
      int step = STEP_BYTES / Long.BYTES / 8;
      for (int from = 0; from < stale.size(); from += step) {
        redirect(stale.subList(from, Math.min(stale.size(), from + step)));
      }
      progress("references", chunk);
    }
  }

  private List<Reference> toForwards(Tx tx, List<Long> blocks) {
    List<Reference> stale = new ArrayList<>();
    for (long block : blocks) {
      if (!Contents.hasSlots(classId(block))) {
        continue;
      }
      space
          .contents()
          .forEachSlot(
              tx,
              block,
              (fieldOffset, slot) -> {
                long target = slot;
                while (SlotFormat.isPointer(target) && classId(target) == ClassIds.FORWARD) {
                  target = tx.word(target, ForwardFormat.TARGET);
                }
                if (target != slot) {
                  stale.add(new Reference(block, fieldOffset, target));
                }
              });
    }
    return stale;
  }

  private void redirect(List<Reference> step) {
    space.write(
        () -> {
          Update update = space.currentUpdate();
          for (Reference next : step) {
            space.references().putSlot(update, next.object, next.fieldOffset, next.target);
          }
          return true;
        });
  }

  // ---- the end

  private void dropOldTypes() {
    space.write(
        () -> {
          Update update = space.currentUpdate();
          old.forEach(type -> types.unlink(update, type));
          return true;
        });
    old.forEach(type -> types.replace(type, null));
  }

  private void progress(String what, int chunk) {
    if (System.nanoTime() - nextProgress > 0) {
      nextProgress = System.nanoTime() + PROGRESS_NANOS;
      LOGGER.info(
          "{}: following changed classes, {}: chunk {} of {}, {} objects rewritten",
          space.name(),
          what,
          chunk,
          allocator.chunkCount(),
          rewritten);
    }
  }
}

package dev.basalt.check;

import dev.basalt.error.CorruptPoolException;
import dev.basalt.error.MediaErrorException;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.memory.Allocator;
import dev.basalt.memory.Heap;
import dev.basalt.object.ObjectShapes;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks everything in a pool that has a meaning. Runs while no update does. The steps:
 *
 * <ol>
 *   <li>Compare the pages of all chunks in use with their checksums.
 *   <li>Chunk table, bitmaps, header, type records, limbo; the free runs that the allocator knows.
 *   <li>Mark what roots and limbo lead to.
 *   <li>Go through all blocks: header, size, slots, references; counting the references to the
 *       first window of blocks on the way.
 *   <li>Compare their counts; go through all blocks again for every further window.
 * </ol>
 *
 * <p>Counts are compared for all objects, reachable or not: so what is unreachable, not in limbo
 * and referred to by nothing is a leak, and what is unreachable but referred to is a cycle, which
 * is no fault.
 */
public final class PoolCheck {
  /** The blocks whose references are counted at a time, 16 MiB of counts. */
  private static final int WINDOW_MAX = 4 << 20;

  private static final int PROGRESS_EVERY = 1 << 16;

  private final Heap heap;
  private final Allocator allocator;
  private final ObjectShapes shapes;
  private final long lastCommit;
  private final int windowMax;
  private final Progress progress;
  private final Faults faults = new Faults();
  private long objects;
  private long objectBytes;
  private long limboObjects;
  private long unreachable;

  /** Is told how far a check is. */
  public interface Progress {
    /**
     * Called now and then.
     *
     * @param step what is being done
     * @param done blocks gone through in this step
     * @param total blocks to go through
     */
    void at(String step, long done, long total);
  }

  /**
   * What a check has found.
   *
   * @param faults the faults, at most a thousand
   * @param paths for each of them a path from a root, or an empty string
   * @param omitted further faults
   * @param objects blocks in use
   * @param objectBytes their bytes
   * @param limboObjects objects in limbo
   * @param unreachable objects that neither roots nor limbo lead to: garbage in cycles, or leaks
   */
  public record Result(
      List<Fault> faults,
      List<String> paths,
      long omitted,
      long objects,
      long objectBytes,
      long limboObjects,
      long unreachable) {}

  /**
   * Prepares a check.
   *
   * @param heap the heap
   * @param allocator its allocator
   * @param shapes what objects consist of
   * @param lastCommit the number of the last commit in the heap
   * @param progress is told how far the check is
   */
  public PoolCheck(
      Heap heap, Allocator allocator, ObjectShapes shapes, long lastCommit, Progress progress) {
    this(heap, allocator, shapes, lastCommit, progress, WINDOW_MAX);
  }

  PoolCheck(
      Heap heap,
      Allocator allocator,
      ObjectShapes shapes,
      long lastCommit,
      Progress progress,
      int windowMax) {
    this.heap = heap;
    this.allocator = allocator;
    this.shapes = shapes;
    this.lastCommit = lastCommit;
    this.progress = progress;
    this.windowMax = windowMax;
  }

  /**
   * Runs the check.
   *
   * @return what it has found
   */
  public Result run() {
    List<String> paths = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      BlockMap blocks = new BlockMap(heap, faults);
      new PageCheck(heap, blocks, faults).run((done, total) -> progress.at("pages", done, total));
      Structures structures = new Structures(heap, blocks);
      run(blocks, structures, new Marks(heap, arena), new Marks(heap, arena));
      findPaths(blocks, structures, paths);
    } catch (CorruptPoolException | MediaErrorException | InternalError e) {
      faults.add(FaultKind.UNREADABLE, 0, "the check cannot go on: %s".formatted(e));
    }
    List<Fault> kept = faults.kept();
    while (paths.size() < kept.size()) {
      paths.add("");
    }
    return new Result(
        kept,
        List.copyOf(paths),
        faults.omitted(),
        objects,
        objectBytes,
        limboObjects,
        unreachable);
  }

  private void findPaths(BlockMap blocks, Structures structures, List<String> paths) {
    List<Fault> kept = faults.kept();
    if (kept.stream().anyMatch(fault -> fault.object() != 0)) {
      PathFinder finder = new PathFinder(heap, blocks, shapes, structures);
      kept.forEach(fault -> paths.add(finder.pathTo(fault.object())));
    }
  }

  private void run(BlockMap blocks, Structures structures, Marks reached, Marks limbo) {
    checkFreeRuns(blocks);
    boolean hasRoots = structures.checkHeader(faults);
    structures.checkTypes(faults);
    limboObjects = structures.checkLimbo(lastCommit, limbo, faults);
    objects = blocks.blockCount();
    CountPass counts = new CountPass(blocks, shapes, windowMax);
    boolean isFirst = true;
    while (counts.next()) {
      if (hasRoots) {
        counts.countFrom(structures.rootDirectory());
      }
      structures.forEachType(counts::count);
      long _ = structures.forEachLimboNode(counts::count);
      boolean report = isFirst;
      blocks.forEach(
          (object, number) -> {
            tell(report ? "objects" : "counts", number);
            if (isObject(object, blocks, report)) {
              if (report) {
                checkSlots(object, blocks);
              }
              counts.countFrom(object);
            }
          });
      if (isFirst) {
        mark(blocks, structures, hasRoots, reached, limbo);
      }
      isFirst = false;
      blocks.forEach(
          counts.from(),
          counts.to(),
          (object, number) -> compare(object, counts.references(number), limbo.get(object)));
    }
  }

  private void tell(String step, long number) {
    if (number % PROGRESS_EVERY == 0) {
      progress.at(step, number, objects);
    }
  }

  private void checkFreeRuns(BlockMap blocks) {
    if (!faults.kept().isEmpty()) {
      return; // the allocator refuses a table that makes no sense, and that has been reported
    }
    allocator.forEachFreeRun(
        (offset, bytes) -> {
          for (long page = offset; page < offset + bytes; page += Geometry.PAGE_SIZE) {
            if (!blocks.isFreePage(page)) {
              faults.add(
                  FaultKind.FREE_SPACE,
                  page,
                  "the allocator takes the page at %d for free".formatted(page));
              page = blocks.chunkOffset(blocks.chunkOf(page) + 1) - Geometry.PAGE_SIZE;
            }
          }
        });
  }

  private void mark(
      BlockMap blocks, Structures structures, boolean hasRoots, Marks reached, Marks limbo) {
    Reachability reachability = Reachability.of(blocks, shapes, reached);
    if (hasRoots) {
      reachability.markFrom(structures.rootDirectory());
    }
    blocks.forEach(
        (object, _) -> {
          if (reached.get(object)) {
            checkBacks(object, blocks, reached);
          }
        });
    structures.forEachType(reachability::mark);
    long _ = structures.forEachLimboNode(reachability::mark);
    blocks.forEach(
        (object, number) -> {
          tell("reachability", number);
          if (limbo.get(object)) {
            reachability.mark(object);
          }
        });
    unreachable = objects - reachability.marked();
  }

  /** Whether what lies in a block is an object whose slots can be read. */
  private boolean isObject(long object, BlockMap blocks, boolean report) {
    long room = blocks.sizeOf(object);
    if (report) {
      objectBytes += room;
      checkVersion(object);
    }
    long size;
    try {
      size = shapes.sizeOf(object);
    } catch (CorruptPoolException | MediaErrorException e) {
      if (report) {
        faults.addOf(FaultKind.OBJECT, object, String.valueOf(e.getMessage()));
      }
      return false;
    }
    if (size < ObjectFormat.SIZE || size > room) {
      if (report) {
        faults.addOf(
            goesIntoAnother(object, room, blocks) ? FaultKind.DOUBLE_USE : FaultKind.SIZE,
            object,
            "the object has %d bytes in a block of %d".formatted(size, room));
      }
      return false;
    }
    return true;
  }

  /** Whether a large object has too few pages because others take the next one for theirs. */
  private static boolean goesIntoAnother(long object, long room, BlockMap blocks) {
    return room > SizeClasses.SMALL_MAX
        && blocks.chunkOf(object + room) < blocks.chunkCount()
        && !blocks.isFreePage(object + room);
  }

  private void checkVersion(long object) {
    long version = heap.getLong(object + ObjectFormat.VERSION);
    boolean isRaw = shapes.classId(object) == ClassIds.LIMBO_NODE;
    if (isRaw ? version != 0 : version <= 0 || version > lastCommit) {
      faults.addOf(
          FaultKind.OBJECT,
          object,
          "the object has the version %x; the last commit was %x".formatted(version, lastCommit));
    }
  }

  private void checkSlots(long object, BlockMap blocks) {
    if (shapes.classId(object) == ClassIds.WEAK_PROXY) {
      checkProxy(object, blocks);
    }
    shapes.forEachSlot(
        object,
        (at, slot) -> {
          if (!ObjectShapes.isSound(slot)) {
            faults.addOf(
                FaultKind.SLOT,
                object,
                "the slot at %d holds %x, which has no meaning".formatted(at, slot));
          } else if (SlotFormat.isPointer(slot) && blocks.numberOf(slot) < 0) {
            faults.addOf(
                FaultKind.REFERENCE,
                object,
                "the slot at %d leads to %d, where no object is".formatted(at, slot));
          }
        });
  }

  /** What a live object leads back to is alive; in limbo it may be gone. */
  private void checkBacks(long object, BlockMap blocks, Marks reached) {
    try {
      shapes.forEachBack(
          object,
          (at, target) -> {
            if (blocks.numberOf(target) < 0 || !reached.get(target)) {
              faults.addOf(
                  FaultKind.REFERENCE,
                  object,
                  "the field at %d leads back to %d, where no live object is"
                      .formatted(at, target));
            }
          });
    } catch (CorruptPoolException e) {
      // An object without a sound class: it has been reported.
    }
  }

  private void checkProxy(long proxy, BlockMap blocks) {
    long object = heap.getLong(proxy + WeakProxyFormat.OBJECT);
    long target = heap.getLong(proxy + WeakProxyFormat.TARGET);
    if (target != 0 && target != object) {
      faults.addOf(
          FaultKind.WEAK,
          proxy,
          "weak references lead to %d by the proxy of %d".formatted(target, object));
    } else if (object != 0
        && (blocks.numberOf(object) < 0 || shapes.classId(object) < ClassIds.FIRST_TYPE)) {
      faults.addOf(
          FaultKind.WEAK,
          proxy,
          "weak references lead to %d, where no object of a class is".formatted(object));
    } else if (object != 0 && !shapes.isIndexUnbuilt() && shapes.proxyOf(object) != proxy) {
      faults.addOf(
          FaultKind.WEAK,
          proxy,
          "the index of weak references does not lead from %d to its proxy".formatted(object));
    }
  }

  private void compare(long object, int references, boolean isInLimbo) {
    int stored = heap.getInt(object + ObjectFormat.COUNT);
    boolean marked = (stored & ObjectFormat.IN_LIMBO) != 0;
    int count = stored & ObjectFormat.COUNT_MAX;
    if (marked != isInLimbo) {
      faults.addOf(
          FaultKind.LIMBO,
          object,
          isInLimbo
              ? "the object is in limbo but not marked"
              : "the object is marked as in limbo but is not");
    }
    if (count == ObjectFormat.COUNT_MAX) {
      return; // does not change any more, and says nothing
    }
    if (references == 0 && !isInLimbo && !marked) {
      faults.addOf(
          FaultKind.LEAK,
          object,
          "nothing refers to the object (%s, count %d), and it is not in limbo"
              .formatted(shapes.className(object), count));
    } else if (references != count) {
      faults.addOf(
          FaultKind.COUNT,
          object,
          "%d references lead to the object, but its count is %d".formatted(references, count));
    }
  }
}

package dev.basalt.compact;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.check.BlockMap;
import dev.basalt.check.CountPass;
import dev.basalt.check.Faults;
import dev.basalt.check.Marks;
import dev.basalt.check.Reachability;
import dev.basalt.check.Structures;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.Geometry;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.TablePartFormat;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.format.WeakProxyFormat;
import dev.basalt.medium.Medium;
import dev.basalt.memory.Heap;
import dev.basalt.memory.SummedChunks;
import dev.basalt.object.ObjectShapes;
import dev.basalt.recovery.PoolCreator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies what roots lead to, and the type records, into a dense pool. References are rewritten and
 * counts recomputed; versions stay, and so does the identity. Limbo and what nothing leads to stay
 * behind. The old pool is sound and nobody changes it.
 *
 * <p>Memory is bounded: some bytes per chunk, a bit per 16 bytes of pool, a window of counts, and a
 * chunk per size class.
 */
public final class Compaction {
  private static final int WINDOW_MAX = 4 << 20;

  private final Heap heap;
  private final ObjectShapes shapes;
  private final Medium target;
  private final int windowMax;
  private final @Nullable ChunkWriter[] writers = new ChunkWriter[SizeClasses.count()];

  /**
   * Prepares a compaction.
   *
   * @param heap the old pool's heap
   * @param shapes what its objects consist of
   * @param target an empty medium
   */
  public Compaction(Heap heap, ObjectShapes shapes, Medium target) {
    this(heap, shapes, target, WINDOW_MAX);
  }

  Compaction(Heap heap, ObjectShapes shapes, Medium target, int windowMax) {
    this.heap = heap;
    this.shapes = shapes;
    this.target = target;
    this.windowMax = windowMax;
  }

  /**
   * Writes the new pool; durable on return.
   *
   * @param id the pool's identity
   * @param sequence the last commit in the old heap
   * @return the number of objects in the new pool
   */
  public long run(UUID id, long sequence) {
    try (Arena arena = Arena.ofConfined()) {
      BlockMap blocks = new BlockMap(heap, new Faults());
      Structures structures = new Structures(heap, blocks);
      Marks marks = new Marks(heap, arena);
      Reachability reachability = new Reachability(marks, this::forEachTarget);
      reachability.markFrom(structures.rootDirectory());
      long _ = structures.forEachType(reachability::mark);
      Relocation relocation = new Relocation(blocks, marks);
      long logSize = heap.heapOffset() - Geometry.LOG_OFFSET;
      PoolCreator.begin(target, logSize, blocks.chunkOffset(relocation.chunkCount()));
      SummedChunks chunks = new SummedChunks(target, heap.heapOffset(), parts(relocation));
      copyObjects(blocks, structures, marks, relocation, chunks, arena);
      writeHeader(structures, relocation, chunks);
      writeTable(relocation, chunks);
      PoolCreator.finish(target, id, logSize, sequence);
      return reachability.marked();
    }
  }

  /** Proxies are found by the places of their objects, so their index is made anew. */
  private void forEachTarget(long object, LongConsumer visitor) {
    shapes.forEachSlot(
        object,
        (at, slot) -> {
          if (SlotFormat.isPointer(slot) && !shapes.isWeakIndex(object, at)) {
            visitor.accept(slot);
          }
        });
  }

  private void copyObjects(
      BlockMap blocks,
      Structures structures,
      Marks marks,
      Relocation relocation,
      SummedChunks chunks,
      Arena arena) {
    CountPass counts = new CountPass(blocks, shapes, windowMax);
    while (counts.next()) {
      counts.countFrom(structures.rootDirectory());
      long _ = structures.forEachType(counts::count);
      blocks.forEach(
          (object, _) -> {
            if (marks.get(object)) {
              counts.countFrom(object);
            }
          });
      blocks.forEach(
          counts.from(),
          counts.to(),
          (object, number) -> {
            if (marks.get(object)) {
              copy(object, counts.references(number), blocks, relocation, chunks, arena);
            }
          });
    }
    for (ChunkWriter writer : writers) {
      if (writer != null) {
        writer.flush();
      }
    }
  }

  private void copy(
      long object,
      int count,
      BlockMap blocks,
      Relocation relocation,
      SummedChunks chunks,
      Arena arena) {
    long entry = blocks.entry(blocks.chunkOf(object));
    long size = shapes.sizeOf(object);
    long place = relocation.of(object);
    if (ChunkEntryFormat.kind(entry) == ChunkEntryFormat.SMALL) {
      int sizeClass = ChunkEntryFormat.sizeClass(entry);
      MemorySegment block = writer(sizeClass, blocks, relocation, chunks, arena).next(place);
      fill(block.asSlice(0, size), object, count, relocation);
    } else {
      try (Arena own = Arena.ofConfined()) {
        MemorySegment run = own.allocate(Geometry.wholePages(size), Long.BYTES);
        fill(run.asSlice(0, size), object, count, relocation);
        chunks.write(place, run);
      }
    }
  }

  private ChunkWriter writer(
      int sizeClass, BlockMap blocks, Relocation relocation, SummedChunks chunks, Arena arena) {
    ChunkWriter writer = writers[sizeClass];
    if (writer == null) {
      long first = blocks.chunkOffset(relocation.firstChunk(sizeClass));
      writer = new ChunkWriter(chunks, arena, sizeClass, first);
      writers[sizeClass] = writer;
    }
    return writer;
  }

  private void fill(MemorySegment copy, long object, int count, Relocation relocation) {
    heap.copyOut(object, copy);
    copy.set(U32, ObjectFormat.COUNT, count);
    relocateSlots(copy, object, relocation);
    shapes.forEachBack(object, (at, target) -> copy.set(U64, at, relocation.of(target)));
    shapes.markIndexUnbuilt(object, copy);
    if (shapes.classId(object) == ClassIds.WEAK_PROXY) {
      relocateProxy(copy, relocation);
    }
    if (shapes.classId(object) == ClassIds.TYPE_RECORD) {
      long next = copy.get(U64, TypeRecordFormat.NEXT);
      copy.set(U64, TypeRecordFormat.NEXT, next == 0 ? 0 : relocation.of(next));
    }
  }

  private void relocateSlots(MemorySegment copy, long object, Relocation relocation) {
    shapes.forEachSlot(
        object,
        (at, slot) -> {
          if (shapes.isWeakIndex(object, at)) {
            copy.set(U64, at, 0);
          } else if (SlotFormat.isPointer(slot)) {
            copy.set(U64, at, relocation.of(slot));
          }
        });
  }

  /** An object that only weak references lead to stays behind, and they are null. */
  private static void relocateProxy(MemorySegment copy, Relocation relocation) {
    long target = copy.get(U64, WeakProxyFormat.TARGET);
    long place = target == 0 || !relocation.isMarked(target) ? 0 : relocation.of(target);
    copy.set(U64, WeakProxyFormat.OBJECT, place);
    copy.set(U64, WeakProxyFormat.TARGET, place);
  }

  private void writeHeader(Structures structures, Relocation relocation, SummedChunks chunks) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(Geometry.CHUNK_SIZE, Long.BYTES);
      long types = heap.getLong(heap.heapOffset() + PoolHeaderFormat.TYPE_TABLE);
      chunk.set(U64, PoolHeaderFormat.TYPE_TABLE, types == 0 ? 0 : relocation.of(types));
      long directory = structures.rootDirectory();
      MemorySegment roots =
          chunk.asSlice(PoolHeaderFormat.ROOT_DIRECTORY, shapes.sizeOf(directory));
      heap.copyOut(directory, roots);
      relocateSlots(roots, directory, relocation);
      long[] parts = parts(relocation);
      for (int part = 0; part < parts.length; part++) {
        chunk.set(U64, PoolHeaderFormat.TABLE_DIRECTORY + (long) part * Long.BYTES, parts[part]);
      }
      chunks.write(heap.heapOffset(), chunk);
    }
  }

  /** The parts of the new chunk table lie behind one another. */
  private long[] parts(Relocation relocation) {
    long[] parts = new long[relocation.parts()];
    for (int part = 0; part < parts.length; part++) {
      parts[part] = heap.heapOffset() + Geometry.CHUNK_SIZE + (long) part * TablePartFormat.SIZE;
    }
    return parts;
  }

  private void writeTable(Relocation relocation, SummedChunks chunks) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment table =
          arena.allocate((long) relocation.parts() * Geometry.CHUNK_SIZE, Long.BYTES);
      relocation.forEachEntry(
          (chunk, entry) -> table.set(U64, (long) chunk * ChunkEntryFormat.SIZE, entry));
      long[] parts = parts(relocation);
      for (int part = 0; part < parts.length; part++) {
        chunks.write(
            parts[part], table.asSlice((long) part * Geometry.CHUNK_SIZE, Geometry.CHUNK_SIZE));
      }
    }
  }
}

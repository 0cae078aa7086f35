package dev.basalt.crash;

import static dev.basalt.format.Structure.U32;
import static dev.basalt.format.Structure.U64;

import dev.basalt.format.ArrayFormat;
import dev.basalt.format.BytesFormat;
import dev.basalt.format.ChunkEntryFormat;
import dev.basalt.format.ClassIds;
import dev.basalt.format.ForwardFormat;
import dev.basalt.format.Geometry;
import dev.basalt.format.LimboNodeFormat;
import dev.basalt.format.NumberFormat;
import dev.basalt.format.ObjectFormat;
import dev.basalt.format.PoolHeaderFormat;
import dev.basalt.format.SizeClasses;
import dev.basalt.format.SlotFormat;
import dev.basalt.format.SlotsFormat;
import dev.basalt.format.Superblock;
import dev.basalt.format.TypeRecordFormat;
import dev.basalt.format.ValueFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks every byte that has a meaning in the file of a closed pool, from the file alone and with
 * the format classes only: chunk table, bitmaps, type records, limbo, every object, every count.
 */
public final class PoolVerifier {
  private final MemorySegment pool;
  private final Superblock superblock;
  private final long heap;
  private final List<String> findings = new ArrayList<>();
  private final List<Long> tableParts = new ArrayList<>();
  private final TreeMap<Long, Long> blocks = new TreeMap<>();
  private final Map<Integer, Shape> shapes = new HashMap<>();
  private final Set<Long> inLimbo = new HashSet<>();
  private final Map<Long, Integer> counted = new HashMap<>();
  private final Set<Long> reached = new HashSet<>();
  private final ArrayDeque<Long> toVisit = new ArrayDeque<>();

  private record Shape(String kind, String name, int size, List<Integer> references) {}

  private PoolVerifier(MemorySegment pool) {
    this.pool = pool;
    this.superblock =
        Superblock.choose(
            "pool",
            pool.asSlice(0, Geometry.PAGE_SIZE),
            pool.asSlice(Geometry.PAGE_SIZE, Geometry.PAGE_SIZE));
    this.heap = superblock.heapOffset();
  }

  /**
   * Checks the file of a pool that is closed, or was only just opened by a writer.
   *
   * @throws AssertionError with all findings
   */
  public static void verify(Path file) {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      List<String> findings = new PoolVerifier(bytes).run();
      if (!findings.isEmpty()) {
        throw new AssertionError(
            "%s has %d faults:%n%s"
                .formatted(
                    file,
                    findings.size(),
                    String.join(
                        System.lineSeparator(),
                        findings.subList(0, Math.min(20, findings.size())))));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> run() {
    readChunks();
    readTypes();
    readLimbo();
    long directory = heap + PoolHeaderFormat.ROOT_DIRECTORY;
    counted.merge(directory, 1, Integer::sum);
    reach(directory);
    inLimbo.forEach(this::reach);
    visitAll();
    compare(directory);
    return findings;
  }

  private void find(String text, Object... values) {
    findings.add(text.formatted(values));
  }

  private long word(long offset) {
    return pool.get(U64, offset);
  }

  private int half(long offset) {
    return pool.get(U32, offset);
  }

  private void readChunks() {
    for (int i = 0; i < PoolHeaderFormat.TABLE_PARTS_MAX; i++) {
      long part = word(heap + PoolHeaderFormat.TABLE_DIRECTORY + (long) i * Long.BYTES);
      if (part == 0) {
        break;
      }
      tableParts.add(part);
    }
    long inPool = (pool.byteSize() - heap) / Geometry.CHUNK_SIZE;
    long entries = (long) tableParts.size() * ChunkEntryFormat.PER_PART;
    int runRest = 0;
    int meta = 0;
    for (int chunk = 0; chunk < entries; chunk++) {
      long entry =
          word(
              tableParts.get(chunk / ChunkEntryFormat.PER_PART)
                  + (long) (chunk % ChunkEntryFormat.PER_PART) * ChunkEntryFormat.SIZE);
      int kind = ChunkEntryFormat.kind(entry);
      if (chunk >= inPool) {
        if (entry != 0) {
          find("chunk %d is behind the end of the pool but has entry %x", chunk, entry);
        }
        continue;
      }
      if (runRest > 0 != (kind == ChunkEntryFormat.RUN_REST)) {
        find("chunk %d has kind %d, but %d chunks of a run remain", chunk, kind, runRest);
      }
      runRest = Math.max(0, runRest - 1);
      long at = heap + (long) chunk * Geometry.CHUNK_SIZE;
      switch (kind) {
        case ChunkEntryFormat.FREE -> {
          if (entry != 0) {
            find("chunk %d is free but has entry %x", chunk, entry);
          }
        }
        case ChunkEntryFormat.SMALL -> readBitmap(chunk, at, ChunkEntryFormat.sizeClass(entry));
        case ChunkEntryFormat.RUN -> {
          runRest = ChunkEntryFormat.runLength(entry) - 1;
          blocks.put(at, (long) ChunkEntryFormat.runLength(entry) * Geometry.CHUNK_SIZE);
        }
        case ChunkEntryFormat.RUN_REST -> {}
        case ChunkEntryFormat.META -> {
          meta++;
          if (chunk != 0 && !tableParts.contains(at)) {
            find("chunk %d belongs to the pool itself but is no part of the table", chunk);
          }
        }
        default -> find("chunk %d has kind %d", chunk, kind);
      }
    }
    if (meta != tableParts.size() + 1) {
      find("%d chunks belong to the pool itself, not %d", meta, tableParts.size() + 1);
    }
  }

  private void readBitmap(int chunk, long at, int sizeClass) {
    if (sizeClass >= SizeClasses.count()) {
      find("chunk %d has size class %d", chunk, sizeClass);
      return;
    }
    int bits = SizeClasses.bitmapWordsPerChunk(sizeClass) * Long.SIZE;
    for (int block = 0; block < bits; block++) {
      long word = word(at + (long) (block / Long.SIZE) * Long.BYTES);
      if ((word >>> block & 1) != 0) {
        if (block >= SizeClasses.blocksPerChunk(sizeClass)) {
          find("chunk %d has bit %d set but no such block", chunk, block);
        } else {
          blocks.put(
              at + SizeClasses.offsetOf(sizeClass, block), (long) SizeClasses.blockSize(sizeClass));
        }
      }
    }
  }

  private void readTypes() {
    long record = word(heap + PoolHeaderFormat.TYPE_TABLE);
    while (record != 0) {
      if (!isBlock(record, "type record") || !reached.add(record)) {
        return;
      }
      counted.merge(record, 1, Integer::sum);
      int length = half(record + TypeRecordFormat.LENGTH);
      String text =
          new String(
              pool.asSlice(record + TypeRecordFormat.TEXT, length).toArray(ValueLayout.JAVA_BYTE),
              StandardCharsets.UTF_8);
      String[] lines = text.split("\n");
      List<Integer> references = new ArrayList<>();
      String[] head = lines[0].split(" ");
      boolean hasFields = head[0].equals("class") || head[0].equals("record");
      for (int i = 1; hasFields && i < lines.length; i++) {
        String[] words = lines[i].split(" ");
        if (words[1].equals("reference")) {
          references.add(Integer.parseInt(words[0]));
        }
      }
      Shape other =
          shapes.put(
              half(record + TypeRecordFormat.DESCRIBED_ID),
              new Shape(head[0], head[1], hasFields ? Integer.parseInt(head[2]) : 0, references));
      if (other != null) {
        find("two type records share an id: %s and %s", other.name, head[1]);
      }
      record = word(record + TypeRecordFormat.NEXT);
    }
  }

  private boolean isBlock(long offset, String what) {
    if (blocks.containsKey(offset)) {
      return true;
    }
    find("%s at %d is not an allocated block", what, offset);
    return false;
  }

  private void readLimbo() {
    long node = word(heap + PoolHeaderFormat.LIMBO);
    while (node != 0) {
      if (!isBlock(node, "limbo node") || !reached.add(node)) {
        return;
      }
      counted.merge(node, 1, Integer::sum);
      int length = half(node + LimboNodeFormat.LENGTH);
      for (int i = 0; i < length; i++) {
        long object = word(node + LimboNodeFormat.entry(i));
        long sequence = word(node + LimboNodeFormat.entry(i) + Long.BYTES);
        if (!inLimbo.add(object)) {
          find("the object at %d is in limbo twice", object);
        }
        if (sequence <= 0 || sequence > superblock.homeSequence()) {
          find("the object at %d came into limbo in commit %d", object, sequence);
        }
        if (isBlock(object, "object in limbo")
            && (half(object + ObjectFormat.COUNT) & ObjectFormat.IN_LIMBO) == 0) {
          find("the object at %d is in limbo but not marked", object);
        }
      }
      node = word(node + LimboNodeFormat.NEXT);
    }
  }

  private void reach(long object) {
    if (reached.add(object)) {
      toVisit.add(object);
    }
  }

  private void visitAll() {
    for (Long object = toVisit.poll(); object != null; object = toVisit.poll()) {
      boolean isDirectory = object == heap + PoolHeaderFormat.ROOT_DIRECTORY;
      if (!isDirectory && !isBlock(object, "reachable object")) {
        continue;
      }
      long version = word(object + ObjectFormat.VERSION);
      if (version <= 0 || version > superblock.homeSequence()) {
        find("the object at %d has version %x", object, version);
      }
      long size = visit(object);
      long room = isDirectory ? Geometry.PAGE_SIZE : blocks.get(object);
      if (size < ObjectFormat.SIZE || size > room) {
        find("the object at %d has %d bytes in a block of %d", object, size, room);
      }
    }
  }

  /** Follows the references of an object; returns its size. */
  private long visit(long object) {
    int classId = half(object + ObjectFormat.CLASS_ID);
    switch (classId) {
      case ClassIds.STRING_LATIN1, ClassIds.STRING_UTF16 -> {
        return BytesFormat.size(half(object + BytesFormat.LENGTH));
      }
      case ClassIds.LONG, ClassIds.DOUBLE -> {
        return NumberFormat.SIZE;
      }
      case ClassIds.SLOTS, ClassIds.OPTIONAL -> {
        return followElements(object);
      }
      case ClassIds.VALUE -> {
        return ValueFormat.size(half(object + ValueFormat.LENGTH));
      }
      case ClassIds.ARRAY -> {
        int kind = half(object + ArrayFormat.KIND);
        if (ArrayFormat.elementBytes(kind) == 0) {
          find("the array at %d has the kind %d", object, kind);
        }
        return ArrayFormat.size(kind, half(object + ArrayFormat.LENGTH));
      }
      case ClassIds.FORWARD -> {
        follow(object, word(object + ForwardFormat.TARGET));
        return ForwardFormat.SIZE;
      }
      case ClassIds.TYPE_RECORD -> {
        if (!inLimbo.contains(object)) {
          find("an object refers to the type record at %d", object);
        }
        return TypeRecordFormat.TEXT + half(object + TypeRecordFormat.LENGTH);
      }
      default -> {
        return visitTyped(object, classId, shapes.get(classId));
      }
    }
  }

  private long visitTyped(long object, int classId, Shape shape) {
    switch (shape == null ? "" : shape.kind) {
      case "class", "record" -> {
        shape.references.forEach(offset -> follow(object, word(object + offset)));
        return shape.size;
      }
      case "array" -> {
        return followElements(object);
      }
      case "codec" -> {
        return ValueFormat.size(half(object + ValueFormat.LENGTH));
      }
      default -> {
        find("the object at %d has class id %d", object, classId);
        return ObjectFormat.SIZE;
      }
    }
  }

  private long followElements(long object) {
    int length = half(object + SlotsFormat.LENGTH);
    for (int i = 0; i < length; i++) {
      follow(object, word(object + SlotsFormat.slot(i)));
    }
    return SlotsFormat.size(length);
  }

  private void follow(long from, long slot) {
    if (SlotFormat.isPointer(slot)) {
      counted.merge(slot, 1, Integer::sum);
      reach(slot);
    } else if (SlotFormat.tag(slot) == SlotFormat.ENUM) {
      Shape shape = shapes.get((int) (slot >>> 4) & 0xFFF_FFFF);
      if (shape == null || !shape.kind.equals("enum")) {
        find("the object at %d has a constant %x of no enum", from, slot);
      }
    } else if (slot != 0 && SlotFormat.tag(slot) > SlotFormat.DIRECT) {
      find("the object at %d has a slot with %x", from, slot);
    }
  }

  private void compare(long directory) {
    for (long object : reached) {
      if (object != directory && !blocks.containsKey(object)) {
        continue;
      }
      int stored = half(object + ObjectFormat.COUNT);
      int count = counted.getOrDefault(object, 0);
      if ((stored & ObjectFormat.COUNT_MAX) != count) {
        find(
            "the object at %d (class %d) is referred to %d times, but its count is %d",
            object, half(object + ObjectFormat.CLASS_ID), count, stored & ObjectFormat.COUNT_MAX);
      }
      if ((stored & ObjectFormat.IN_LIMBO) != 0 != inLimbo.contains(object)) {
        find("the object at %d is marked as in limbo: %s", object, !inLimbo.contains(object));
      }
      if (count == 0 && !inLimbo.contains(object)) {
        find("the object at %d has no reference and is not in limbo", object);
      }
    }
    for (long block : blocks.keySet()) {
      if (!reached.contains(block)) {
        find(
            "the block at %d (class %d) is allocated, but nothing leads to it",
            block, half(block + ObjectFormat.CLASS_ID));
      }
    }
  }
}

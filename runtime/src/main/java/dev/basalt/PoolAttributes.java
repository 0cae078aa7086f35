package dev.basalt;

import dev.basalt.medium.MediumAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the medium under a pool promises, in the words of the SNIA NVM Programming Model. What it
 * does not promise, or nobody could tell, is absent: not capable. None of it is needed for the
 * pool's own promises, which hold on every medium.
 *
 * @param mode which of the four programming models the medium follows
 * @param storage the file system or device, for people
 * @param atomicWrite a single write that a power cut does not tear, if it is asked for; Basalt does
 *     not ask for it
 * @param atomicMultiwrite several writes of which a power cut leaves all or none: an update of the
 *     pool, on every medium
 * @param writeAtomicityUnit bytes of an ordinary write that a power cut does not tear
 * @param existsCapable whether it can be told which space is in use: by the pool's allocator, on
 *     every medium
 * @param discardIfYouCanCapable whether free space goes back to the file system or device
 * @param discardImmediatelyCapable whether discarded space reads as zero from then on
 * @param scarCapable whether a range can be made unreadable on purpose
 * @param fundamentalBlockSize bytes that a media error takes at least
 * @param logicalBlockSize bytes that the device addresses
 * @param performanceBlockSize the preferred size of a transfer
 * @param logicalAllocationSize the unit in which space is allocated
 * @param volumeSize bytes of the device or file
 * @param interruptedStoreAtomicity bytes of a store that a power cut does not tear
 * @param fundamentalErrorRange bytes that an error in mapped memory takes at least
 * @param fundamentalErrorRangeOffset to what such a range is aligned
 * @param mapCopyOnWriteCapable whether the medium can be mapped privately, which a pool is unless
 *     it uses DAX
 * @param optimizedFlushCapable whether stores become durable by a write-back of cache lines
 * @param errorEvents what is told of errors in mapped memory
 * @param inMemoryOnly whether the pool's file lies in memory only (tmpfs), so that a power cut
 *     loses it, whatever was synced
 * @param dax whether this pool uses the medium as persistent memory: it is mapped without a page
 *     cache, and updates are durable when they return
 */
public record PoolAttributes(
    Mode mode,
    String storage,
    AtomicWrite atomicWrite,
    AtomicWrite atomicMultiwrite,
    OptionalLong writeAtomicityUnit,
    boolean existsCapable,
    boolean discardIfYouCanCapable,
    boolean discardImmediatelyCapable,
    boolean scarCapable,
    OptionalLong fundamentalBlockSize,
    OptionalLong logicalBlockSize,
    OptionalLong performanceBlockSize,
    OptionalLong logicalAllocationSize,
    long volumeSize,
    OptionalLong interruptedStoreAtomicity,
    OptionalLong fundamentalErrorRange,
    OptionalLong fundamentalErrorRangeOffset,
    boolean mapCopyOnWriteCapable,
    boolean optimizedFlushCapable,
    ErrorEvents errorEvents,
    boolean inMemoryOnly,
    boolean dax) {

  private static final String NOT_CAPABLE = "not capable";
  private static final String CAPABLE = "capable";

  /** The four programming models. */
  public enum Mode {
    /** A block device. */
    BLOCK,
    /** A file of an ordinary file system. */
    FILE,
    /** A device of persistent memory. */
    PM_VOLUME,
    /** A file of a file system on persistent memory, mapped without a page cache. */
    PM_FILE
  }

  /**
   * What a write may be that is not torn.
   *
   * @param capable whether there is such a write; the numbers are absent if not
   * @param maxDataLength the most bytes
   * @param startingAddressGranularity of what its start is a multiple
   * @param lengthGranularity of what its length is a multiple
   */
  public record AtomicWrite(
      boolean capable,
      OptionalLong maxDataLength,
      OptionalLong startingAddressGranularity,
      OptionalLong lengthGranularity) {}

  /**
   * What is told of errors in mapped memory, which arrive as a signal.
   *
   * @param capable whether an access to such memory is answered by an exception at all
   * @param minimalCapable whether it says that there was an error
   * @param preciseCapable whether it comes at the very instruction
   * @param errorUnitCapable whether it says which range is concerned
   * @param mappedSupport whether errors of memory that is mapped are told
   * @param liveSupport whether the program can go on afterwards
   */
  public record ErrorEvents(
      boolean capable,
      boolean minimalCapable,
      boolean preciseCapable,
      boolean errorUnitCapable,
      boolean mappedSupport,
      boolean liveSupport) {}

  static PoolAttributes of(MediumAttributes medium, long updateBytesMax, boolean dax) {
    return new PoolAttributes(
        switch (medium.kind()) {
          case FILE -> medium.syncMapping() ? Mode.PM_FILE : Mode.FILE;
          case BLOCK -> Mode.BLOCK;
        },
        medium.storage(),
        new AtomicWrite(
            medium.atomicWriteMaxBytes().isPresent(),
            medium.atomicWriteMaxBytes(),
            medium.atomicWriteMinBytes(),
            medium.atomicWriteMinBytes()),
        new AtomicWrite(
            true, OptionalLong.of(updateBytesMax), OptionalLong.of(1), OptionalLong.of(1)),
        OptionalLong.empty(), // no system call tells what an ordinary write is worth
        true,
        medium.discards(),
        medium.discards(),
        false, // Linux has no call for it
        medium.physicalSectorBytes(),
        medium.sectorBytes(),
        medium.preferredBytes(),
        medium.allocationBytes(),
        medium.sizeBytes(),
        // A page cache writes pages back whenever it likes, and torn.
        medium.syncMapping() ? OptionalLong.of(Long.BYTES) : OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        true,
        medium.syncMapping(),
        new ErrorEvents(true, true, false, false, true, true),
        medium.inMemoryOnly(),
        dax);
  }

  /**
   * All attributes by their names in the model, in its order.
   *
   * @return name to value; {@code not capable} where there is none
   */
  public Map<String, String> table() {
    Map<String, String> table = new LinkedHashMap<>();
    put(table, "ATOMIC_WRITE", atomicWrite);
    put(table, "ATOMIC_MULTIWRITE", atomicMultiwrite);
    put(table, "WRITE_ATOMICITY_UNIT", writeAtomicityUnit);
    put(table, "EXISTS_CAPABLE", existsCapable);
    put(table, "DISCARD_IF_YOU_CAN_CAPABLE", discardIfYouCanCapable);
    put(table, "DISCARD_IMMEDIATELY_CAPABLE", discardImmediatelyCapable);
    put(table, "SCAR_CAPABLE", scarCapable);
    put(table, "FUNDAMENTAL_BLOCK_SIZE", fundamentalBlockSize);
    put(table, "LOGICAL_BLOCK_SIZE", logicalBlockSize);
    put(table, "PERFORMANCE_BLOCK_SIZE", performanceBlockSize);
    put(table, "LOGICAL_ALLOCATION_SIZE", logicalAllocationSize);
    put(table, "VOLUME_SIZE", OptionalLong.of(volumeSize));
    put(table, "INTERRUPTED_STORE_ATOMICITY", interruptedStoreAtomicity);
    put(table, "FUNDAMENTAL_ERROR_RANGE", fundamentalErrorRange);
    put(table, "FUNDAMENTAL_ERROR_RANGE_OFFSET", fundamentalErrorRangeOffset);
    put(table, "MAP_COPY_ON_WRITE_CAPABLE", mapCopyOnWriteCapable);
    put(table, "OPTIMIZED_FLUSH_CAPABLE", optimizedFlushCapable);
    put(table, "ERROR_EVENT_CAPABLE", errorEvents.capable);
    put(table, "ERROR_EVENT_MINIMAL_CAPABLE", errorEvents.minimalCapable);
    put(table, "ERROR_EVENT_PRECISE_CAPABLE", errorEvents.preciseCapable);
    put(table, "ERROR_EVENT_ERROR_UNIT_CAPABLE", errorEvents.errorUnitCapable);
    put(table, "ERROR_EVENT_MAPPED_SUPPORT", errorEvents.mappedSupport);
    put(table, "ERROR_EVENT_LIVE_SUPPORT", errorEvents.liveSupport);
    return table;
  }

  private static void put(Map<String, String> table, String name, AtomicWrite write) {
    put(table, name + "_CAPABLE", write.capable);
    put(table, name + "_MAX_DATA_LENGTH", write.maxDataLength);
    put(table, name + "_STARTING_ADDRESS_GRANULARITY", write.startingAddressGranularity);
    put(table, name + "_LENGTH_GRANULARITY", write.lengthGranularity);
  }

  private static void put(Map<String, String> table, String name, boolean capable) {
    table.put(name, capable ? CAPABLE : NOT_CAPABLE);
  }

  private static void put(Map<String, String> table, String name, OptionalLong value) {
    table.put(name, value.isPresent() ? Long.toString(value.getAsLong()) : NOT_CAPABLE);
  }
}

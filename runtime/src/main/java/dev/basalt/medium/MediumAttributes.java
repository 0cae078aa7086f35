package dev.basalt.medium;

import java.util.OptionalLong;

/**
 * What a medium is and what it promises. A number that nobody could tell is absent.
 *
 * @param kind what kind of medium it is
 * @param storage the file system or device, for people
 * @param sizeBytes the present size
 * @param atomicWriteMinBytes the least size of a write that is not torn if the writer asks for it;
 *     absent if there is none
 * @param atomicWriteMaxBytes the largest size of such a write
 * @param sectorBytes what the device addresses
 * @param physicalSectorBytes what the device reads and writes as one, and loses as one
 * @param preferredBytes the preferred size of a transfer
 * @param allocationBytes the unit in which space is allocated
 * @param discards whether the space of a range can be given back; it reads as zero then
 * @param inMemoryOnly whether nothing of it survives a power cut, because it is a file in memory
 * @param syncMapping whether stores through a shared mapping need a write-back of cache lines only
 */
public record MediumAttributes(
    Kind kind,
    String storage,
    long sizeBytes,
    OptionalLong atomicWriteMinBytes,
    OptionalLong atomicWriteMaxBytes,
    OptionalLong sectorBytes,
    OptionalLong physicalSectorBytes,
    OptionalLong preferredBytes,
    OptionalLong allocationBytes,
    boolean discards,
    boolean inMemoryOnly,
    boolean syncMapping) {

  /** Kinds of media. */
  public enum Kind {
    /** A file whose bytes go through the page cache. */
    FILE,
    /** A block device. */
    BLOCK
  }
}

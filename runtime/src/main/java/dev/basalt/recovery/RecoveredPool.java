package dev.basalt.recovery;

import dev.basalt.log.LogRegion;
import dev.basalt.log.SuperblockStore;
import dev.basalt.memory.Heap;

/**
 * A pool whose heap holds every durable commit.
 *
 * @param heap the heap
 * @param region the log's bytes
 * @param superblocks the superblock in force
 * @param sequence the last commit in the heap
 * @param report what recovery did
 */
public record RecoveredPool(
    Heap heap,
    LogRegion region,
    SuperblockStore superblocks,
    long sequence,
    RecoveryReport report) {}

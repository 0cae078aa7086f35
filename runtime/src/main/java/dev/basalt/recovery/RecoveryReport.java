package dev.basalt.recovery;

/**
 * What recovery did.
 *
 * @param commits log records replayed
 * @param logBytes their bytes
 * @param spilledBytes bytes of entries that lay outside the log
 * @param pages pages that they changed
 * @param nanos how long it took, with mapping the pool and writing pages home
 */
public record RecoveryReport(
    long commits, long logBytes, long spilledBytes, long pages, long nanos) {}

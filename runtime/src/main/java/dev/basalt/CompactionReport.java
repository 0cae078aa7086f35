package dev.basalt;

/**
 * What a compaction did.
 *
 * @param objects blocks in the new pool: objects, strings, parts of collections
 * @param poolBytesBefore the old pool's size
 * @param poolBytesAfter the new pool's size
 */
public record CompactionReport(long objects, long poolBytesBefore, long poolBytesAfter) {}

package dev.basalt;

/**
 * Counts and sizes of an open pool, taken one after another while it may be in use. Counters start
 * when it is opened; sizes are bytes.
 *
 * @param poolBytes the pool's size on the medium
 * @param poolBytesMax the size up to which it can grow while it is open
 * @param objects blocks in use: objects, strings, parts of collections
 * @param objectBytes the space that they take
 * @param freeBytes free space inside the pool in whole chunks
 * @param limboObjects objects without references that have not been reclaimed yet
 * @param handles live handles, roughly
 * @param commits updates that have changed something
 * @param aborts updates that have ended without a commit, conflicts not counted
 * @param conflicts how often an update has met a change of another and run again
 * @param loneRuns how often a body has run alone, after too many conflicts
 * @param logBytes log in use
 * @param logBytesMax the log's size
 * @param logFlushes how often the log was made durable
 * @param versionStoreBytes memory that holds earlier states for running views
 * @param checkpoint what checkpoints have done and are doing
 * @param recovery what opening the pool had to do
 */
public record PoolStats(
    long poolBytes,
    long poolBytesMax,
    long objects,
    long objectBytes,
    long freeBytes,
    long limboObjects,
    long handles,
    long commits,
    long aborts,
    long conflicts,
    long loneRuns,
    long logBytes,
    long logBytesMax,
    long logFlushes,
    long versionStoreBytes,
    CheckpointStats checkpoint,
    RecoveryStats recovery) {}

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
 * @param aborts updates that have ended without a commit
 * @param logBytes log in use
 * @param logBytesMax the log's size
 * @param logFlushes how often the log was made durable
 * @param checkpoints how often the log was cut
 * @param checkpointPages pages written home
 * @param versionStoreBytes memory that holds earlier states for running views
 * @param recoveredCommits commits replayed when the pool was opened
 * @param recoveryNanos how long that took
 * @param migratedObjects objects brought to new shapes of their classes when the pool was opened
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
    long logBytes,
    long logBytesMax,
    long logFlushes,
    long checkpoints,
    long checkpointPages,
    long versionStoreBytes,
    long recoveredCommits,
    long recoveryNanos,
    long migratedObjects) {}

package dev.tegula.bench.machine;

/** Where the data of a loop are. */
public enum Level {
    /** In registers; only multiplying loops. */
    CORE,
    /** In the first-level cache. */
    L1,
    /** In the second-level cache. */
    L2,
    /** In the third-level cache. */
    L3,
    /** In memory. */
    DRAM
}

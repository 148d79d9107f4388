package dev.tegula.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Memory in pages of megabytes, where the system has such: reading weights then misses the CPU's table of pages far less often.
 * Found with {@link java.util.ServiceLoader}; without one, memory is what Java allocates. Thread-safe.
 */
public interface LargePages {
    /**
     * Zeroed memory, of which no page is touched yet.
     *
     * @param bytes at least 1
     * @param arena frees it when it is closed
     * @return memory that begins at a multiple of {@link Storage#ALIGNMENT}; nothing where the system gives none
     */
    Optional<MemorySegment> allocate(long bytes, Arena arena);
}

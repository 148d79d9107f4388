package dev.tegula.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns native memory and accounts for every byte of it. Views into it ({@link TensorView}) stay valid until
 * {@link #close()}; after that each access through them throws {@link IllegalStateException}.
 *
 * <p>Memory is zeroed when allocated and may be used by any thread. Allocation is thread-safe.
 */
public final class Storage implements AutoCloseable {
    /** Every allocation starts at a multiple of this: a cache line, and the widest vector. */
    public static final long ALIGNMENT = 64;

    private final String name;
    private final Arena arena = Arena.ofShared();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * Creates an empty storage.
     *
     * @param name what the memory is for, as error messages and reports show it
     */
    public Storage(String name) {
        this.name = name;
    }

    /**
     * Allocates zeroed memory aligned to {@link #ALIGNMENT}.
     *
     * @param size bytes, 0 or more
     * @throws IllegalArgumentException when the size is negative
     * @throws IllegalStateException after close
     * @throws OutOfMemoryError when the system has no such memory; the message names this storage and the size
     */
    public MemorySegment allocate(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("storage '" + name + "': " + size + " bytes");
        }
        try {
            MemorySegment segment = arena.allocate(size, ALIGNMENT);
            bytes.addAndGet(size);
            return segment;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryError(
                    "no memory for '" + name + "': " + size + " bytes asked for, " + bytes + " held");
        }
    }

    /** Bytes allocated so far. */
    public long bytes() {
        return bytes.get();
    }

    /** What the memory is for. */
    public String name() {
        return name;
    }

    /** Frees all memory. Idempotent. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}

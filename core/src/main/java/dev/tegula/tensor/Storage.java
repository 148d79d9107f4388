package dev.tegula.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Owns native memory and accounts for every byte of it; owns mappings of files as well. Views into it ({@link TensorView}) stay valid until
 * {@link #close()}; after that each access through them throws {@link IllegalStateException}.
 *
 * <p>Memory is zeroed when allocated and may be used by any thread. Allocation is thread-safe. What is mapped is not
 * counted: its pages are the system's, which takes them back when memory is short.
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

    /**
     * Maps the beginning of a file, to be read only. The mapping stays when the channel is closed.
     *
     * @param file a channel open for reading
     * @param size bytes, no more than the file has
     * @throws IOException when the file is shorter or the system refuses
     * @throws IllegalStateException after close
     */
    public MemorySegment map(FileChannel file, long size) throws IOException {
        return file.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    }

    /** Bytes allocated so far. */
    public long bytes() {
        return bytes.get();
    }

    /** What the memory is for. */
    public String name() {
        return name;
    }

    /** Frees all memory and ends the mappings. Idempotent. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}

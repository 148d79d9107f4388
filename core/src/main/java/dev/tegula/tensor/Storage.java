package dev.tegula.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.ServiceLoader;
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

    /** Less than this is not worth large pages: a few of them. */
    private static final long RESERVED = 8 << 20;

    private final String name;
    private final Arena arena = Arena.ofShared();
    private final AtomicLong bytes = new AtomicLong();
    private final Optional<LargePages> pages;
    /** Memory in large pages, of which so many bytes are taken. */
    private MemorySegment reserved = MemorySegment.NULL;
    private long taken;

    /** Looked for once per JVM. */
    private static final class Once {
        static final Optional<LargePages> PAGES = ServiceLoader
                .load(LargePages.class, Storage.class.getClassLoader())
                .findFirst();
    }

    /**
     * Creates an empty storage.
     *
     * @param name what the memory is for, as error messages and reports show it
     */
    public Storage(String name) {
        this(name, Once.PAGES);
    }

    /** The same with large pages from elsewhere. */
    Storage(String name, Optional<LargePages> pages) {
        this.name = name;
        this.pages = pages;
    }

    /**
     * Says how much will be allocated in all, so that it can lie together in large pages, where the system has such. What is
     * reserved and not allocated takes address space only.
     *
     * @param size bytes, and up to 63 more for each allocation
     * @throws IllegalArgumentException when the size is negative
     * @throws IllegalStateException after close
     */
    public synchronized void reserve(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("storage '" + name + "': " + size + " bytes");
        }
        if (size >= RESERVED) {
            pages.flatMap(from -> from.allocate(size, arena)).ifPresent(memory -> {
                reserved = memory;
                taken = 0;
            });
        }
    }

    /**
     * Takes memory out of what is reserved, or null when too little is left. Makes no slice of 0 bytes: the compiler would take
     * note of that in the check of bounds that all kernels share, and keep its way out of them.
     */
    private synchronized MemorySegment take(long size) {
        if (size == 0 || size > reserved.byteSize() - taken || !arena.scope().isAlive()) {
            return null;
        }
        MemorySegment piece = reserved.asSlice(taken, size);
        taken = Math.min(reserved.byteSize(), taken + Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT);
        return piece;
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
            MemorySegment piece = take(size);
            MemorySegment segment = piece == null ? arena.allocate(size, ALIGNMENT) : piece;
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

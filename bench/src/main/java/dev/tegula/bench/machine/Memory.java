package dev.tegula.bench.machine;

import dev.tegula.nat.PeakLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Three arrays, or one, of which all loops over memory take their parts. */
final class Memory implements AutoCloseable {
    private static final long PAGE = 4096;

    private final Arena arena = Arena.ofShared();
    private final Sizes sizes;
    private final boolean toRead;
    private final MemorySegment y;
    private final MemorySegment x;
    private final MemorySegment z;

    /** Allocates them for any level and up to so many threads, and touches every page. */
    Memory(Sizes sizes, int threads) {
        this(sizes, threads, false);
    }

    /** One array, for loops that only read; what they store has a few bytes for each thread. */
    static Memory toRead(Sizes sizes, int threads) {
        return new Memory(sizes, threads, true);
    }

    private Memory(Sizes sizes, int threads, boolean toRead) {
        this.sizes = sizes;
        this.toRead = toRead;
        long most = 0;
        for (Level level : List.of(Level.L1, Level.L2, Level.L3, Level.DRAM)) {
            most = Math.max(most, Math.max(sizes.bytes(level, 1, 1), threads * sizes.bytes(level, 1, threads)));
        }
        if (toRead) {
            this.x = arena.allocate(most, PAGE);
            this.z = x;
            this.y = arena.allocate(threads * PAGE, PAGE);
            PeakLoop.READ.fill(x, z);
            return;
        }
        long stride = (most / PAGE + 1) * PAGE;
        MemorySegment all = arena.allocate(3 * stride + PAGE, PAGE);
        // A load waits for a store that has just been made at an address with the same last 12 bits; here it was made long ago.
        this.x = all.asSlice(0, most);
        this.z = all.asSlice(stride + 256, most);
        this.y = all.asSlice(2 * stride + PAGE - 512, most);
        PeakLoop.TRIAD.fill(x, z);
        y.fill((byte) 0);
    }

    /** The way of each thread. */
    List<Walk> walks(Level level, int streams, int threads) {
        long bytes = sizes.bytes(level, streams, threads);
        List<Walk> walks = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            MemorySegment stored = toRead ? y.asSlice(t * PAGE, PeakLoop.GRAIN) : y.asSlice(t * bytes, bytes);
            walks.add(Walk.through(stored, x.asSlice(t * bytes, bytes),
                    z.asSlice(t * bytes, bytes)));
        }
        return walks;
    }

    @Override
    public void close() {
        arena.close();
    }
}

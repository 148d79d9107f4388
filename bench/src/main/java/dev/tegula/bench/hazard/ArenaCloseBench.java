package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Scratch memory for one call. Closing a shared arena stops every thread of the JVM for a moment, to see that none is in the middle of an access; the more threads
 * and the deeper their stacks, the longer. So scratch is allocated once and kept; a confined arena, which only its own thread may use, is closed cheaply.
 */
public class ArenaCloseBench extends Hazard {
    private static final long BYTES = 64;
    private static final float VALUE = 7;

    private MemorySegment pooled;

    @Override
    void prepare(Arena memory) {
        pooled = memory.allocate(BYTES, ALIGNMENT);
    }

    @Override
    double expected() {
        return VALUE;
    }

    private static float use(MemorySegment scratch) {
        scratch.set(ValueLayout.JAVA_FLOAT, 0, VALUE);
        return scratch.get(ValueLayout.JAVA_FLOAT, 0);
    }

    /** Wrong: a shared arena for each call. */
    @Benchmark
    public float sharedArena() {
        try (Arena arena = Arena.ofShared()) {
            return use(arena.allocate(BYTES, ALIGNMENT));
        }
    }

    /** Better: an arena of this thread's. */
    @Benchmark
    public float confinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            return use(arena.allocate(BYTES, ALIGNMENT));
        }
    }

    /** Right: memory that was there before. */
    @Benchmark
    public float pooled() {
        return use(pooled);
    }
}

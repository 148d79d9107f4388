package dev.tegula.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Lets the JVM count enough calls of {@link MemorySegment#asSlice(long, long)} while it has little to compile.
 *
 * <p>The kernels slice memory to constant lengths, so that the compiler drops all checks in their loops. For that it must
 * inline {@code asSlice}, whose two methods in the JDK are ordinary ones: C2 inlines what they call only where about a
 * thousand calls were counted. Called first while many methods wait for C2, one of them is compiled without ever being
 * counted, and then no slice is inlined as long as the JVM lives: kernels run at half their speed and allocate. (Seen in
 * {@code -XX:+LogCompilation} of JDK 25 as {@code low call site frequency} with a count of -1.)
 */
public final class SliceProfile {
    /** Some interpreted ones until the first compiler is ready, and many more than the thousand after. */
    private static final int CALLS = 200_000;
    private static final long SLICED = count(Arena.global().allocate(64));

    private SliceProfile() {}

    /** Makes the calls, the first time. */
    public static void make() {
        if (SLICED == 0) {
            throw new IllegalStateException("no slice has bytes");
        }
    }

    private static long count(MemorySegment segment) {
        long sum = 0;
        for (int i = 0; i < CALLS; i++) {
            sum += slice(segment, i & 31);
        }
        return sum;
    }

    private static long slice(MemorySegment segment, long offset) {
        return segment.asSlice(offset, 8).byteSize();
    }
}

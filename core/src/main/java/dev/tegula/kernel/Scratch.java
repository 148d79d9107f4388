package dev.tegula.kernel;

import dev.tegula.tensor.Storage;
import java.lang.foreign.MemorySegment;

/**
 * A worker's memory for what a kernel computes in between. Its content is undefined at the start of a call.
 *
 * <p>Java loops take arrays: they need less of the compiler than native memory does, and so are compiled sooner and more
 * surely to what was meant. Native memory is for kernels outside Java, and for loops that read their operands from the
 * same place.
 *
 * @param bytes native memory, aligned to 64 bytes
 * @param floats F32 values
 * @param ints I32 values
 */
public record Scratch(MemorySegment bytes, float[] floats, int[] ints) {
    /**
     * How much a kernel needs.
     *
     * @param bytes bytes of native memory
     * @param floats elements of {@link Scratch#floats()}
     * @param ints elements of {@link Scratch#ints()}
     */
    public record Size(long bytes, int floats, int ints) {
        /** Nothing at all. */
        public static final Size NONE = new Size(0, 0, 0);

        /** Native memory only. */
        public static Size ofBytes(long bytes) {
            return new Size(bytes, 0, 0);
        }

        /** What serves both of two kernels, one after the other. */
        public Size max(Size other) {
            return new Size(Math.max(bytes, other.bytes), Math.max(floats, other.floats), Math.max(ints, other.ints));
        }

        /** Bytes of all of it. */
        public long totalBytes() {
            return bytes + Integer.BYTES * ((long) floats + ints);
        }
    }

    /**
     * Allocates the memory of one worker.
     *
     * @param storage owns the native part
     */
    public static Scratch allocate(Storage storage, Size size) {
        return new Scratch(storage.allocate(size.bytes()), new float[size.floats()], new int[size.ints()]);
    }
}

package dev.tegula.exec;

import dev.tegula.device.DeviceBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where the packed groups of one weight matrix go. Different workers bring different groups, in any order. */
interface PackTarget {
    /**
     * One worker's way to it.
     *
     * @param worker the worker
     * @param arena the worker's own, closed when the matrix is packed
     * @param groups groups between {@link Lane#begin} and {@link Lane#end}, at most
     */
    Lane lane(int worker, Arena arena, long groups);

    /** Takes runs of groups, one after the other. */
    interface Lane {
        /** Memory for so many groups from {@code first} on. */
        MemorySegment begin(long first, long count);

        /** The memory given by the last {@link #begin} is filled. */
        void end() throws IOException;
    }

    /** Packs straight to where the matrix will be used. */
    static PackTarget memory(MemorySegment matrix, long groupBytes) {
        Lane lane = new Lane() {
            @Override
            public MemorySegment begin(long first, long count) {
                return matrix.asSlice(first * groupBytes, count * groupBytes);
            }

            @Override
            public void end() {
                // It is there already.
            }
        };
        return (worker, arena, groups) -> lane;
    }

    /** Packs in memory of the worker's own, and uploads that. */
    static PackTarget device(DeviceBuffer matrix, long groupBytes) {
        return (worker, arena, groups) -> new Lane() {
            private final MemorySegment run = arena.allocate(groups * groupBytes, 64);
            private long first;
            private long count;

            @Override
            public MemorySegment begin(long from, long number) {
                first = from;
                count = number;
                return run;
            }

            @Override
            public void end() {
                // A device takes one thing at a time.
                synchronized (matrix) {
                    matrix.write(first * groupBytes, run, 0, count * groupBytes);
                }
            }
        };
    }
}

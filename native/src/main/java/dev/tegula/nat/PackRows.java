package dev.tegula.nat;

import dev.tegula.tensor.DType;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rows in groups of 16, element by element: the group's 16 first elements, then its 16 second ones, and so on, in the
 * file's format. One row of activations against a vector of weights then gives 16 output elements.
 */
final class PackRows implements Packing {
    static final Packing F32 = new PackRows(DType.F32);
    static final Packing F16 = new PackRows(DType.F16);

    /** Rows of a group, GROUP in linear.h. */
    private static final int ROWS = 16;
    /** Elements of a row that are written before the next row's: their lines (16 rows' worth) stay in the cache. */
    private static final int PIECE = 128;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final DType format;
    private final String id;

    private PackRows(DType format) {
        this.format = format;
        this.id = "r16.e" + 8 * format.blockBytes() + ".1";
    }

    /** The packing of a format, F32 or F16. */
    static Packing of(DType type) {
        return switch (type) {
            case F32 -> F32;
            case F16 -> F16;
            default -> throw new IllegalArgumentException("no packing by elements for " + type);
        };
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int groupRows() {
        return ROWS;
    }

    @Override
    public long groupBytes(DType type, int cols) {
        return Math.multiplyExact((long) ROWS * format.blockBytes(), cols);
    }

    @Override
    public void packGroup(DType type, int cols, int rows, MemorySegment src, long srcOffset, MemorySegment dst,
            long dstOffset) {
        if (type != format) {
            throw new IllegalArgumentException(type + " packed as " + format);
        }
        if (rows < ROWS) {
            dst.asSlice(dstOffset, groupBytes(type, cols)).fill((byte) 0);
        }
        int bytes = format.blockBytes();
        for (int from = 0; from < cols; from += PIECE) {
            int count = Math.min(PIECE, cols - from);
            for (int r = 0; r < rows; r++) {
                long at = srcOffset + ((long) r * cols + from) * bytes;
                long to = dstOffset + ((long) from * ROWS + r) * bytes;
                if (bytes == 4) {
                    words(src, at, dst, to, count);
                } else {
                    halves(src, at, dst, to, count);
                }
            }
        }
    }

    private static void words(MemorySegment src, long at, MemorySegment dst, long to, int count) {
        for (int i = 0; i < count; i++) {
            dst.set(INT, to + 4L * ROWS * i, src.get(INT, at + 4L * i));
        }
    }

    private static void halves(MemorySegment src, long at, MemorySegment dst, long to, int count) {
        for (int i = 0; i < count; i++) {
            dst.set(SHORT, to + 2L * ROWS * i, src.get(SHORT, at + 2L * i));
        }
    }
}

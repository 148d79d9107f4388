package dev.tegula.tile;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;

/**
 * The ternary formats, which differ only in their scale and in how a file has their codes, a block to a unit:
 *
 * <pre>
 * byte  0          64                                            1088
 *      | d (F32)  | codes, 16 words of a row, as TQ2_0 has them |
 * </pre>
 *
 * <p>TQ1_0's codes, five to a byte in the file, take 2 bits each here, so that the same kernels serve them.
 */
public class PackTq20 extends GroupPacking {
    public static final int CODES = LANE_BYTES;
    public static final int UNIT_BYTES = CODES + 16 * LANE_BYTES;

    PackTq20() {
        this("tq2_0");
    }

    PackTq20(String name) {
        super(name, 256, UNIT_BYTES);
    }

    @Override
    final void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst,
            long to) {
        int blocks = cols / 256;
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) b * type.blockBytes();
            long unit = to + (long) b * UNIT_BYTES;
            scales(type, src, block, rowBytes, rows, dst, unit);
            if (type == DType.TQ1_0) {
                recode(src, block, rowBytes, rows, dst, unit + CODES);
            } else {
                codes(src, block, rowBytes, rows, dst, unit + CODES);
            }
        }
    }

    private static void scales(DType type, MemorySegment src, long block, long rowBytes, int rows, MemorySegment dst,
            long to) {
        switch (type) {
            case TQ1_0 -> halves(src, block + 52, rowBytes, rows, dst, to);
            case TQ2_0 -> halves(src, block + 64, rowBytes, rows, dst, to);
            default -> transpose(src, block + 64, rowBytes, rows, dst, to, 1);
        }
    }

    /** Puts the rows' codes, which are TQ2_0's, into their places. */
    void codes(MemorySegment src, long block, long rowBytes, int rows, MemorySegment dst, long to) {
        transpose(src, block, rowBytes, rows, dst, to, 16);
    }

    /** Where byte t of a row's codes is: elements i, i + 32, i + 64 and i + 96 of half t / 32 with i = t % 32. */
    int place(int row, int t) {
        return t / 4 * LANE_BYTES + 4 * row + t % 4;
    }

    private void recode(MemorySegment src, long block, long rowBytes, int rows, MemorySegment dst, long to) {
        Codes codes = new Codes();
        for (int r = 0; r < rows; r++) {
            Codecs.codes(DType.TQ1_0).unpack(src, block + r * rowBytes, codes);
            for (int t = 0; t < 64; t++) {
                int first = t / 32 * 128 + t % 32;
                int fields = 0;
                for (int j = 0; j < 4; j++) {
                    fields |= codes.q[first + 32 * j] + 1 << 2 * j;
                }
                dst.set(BYTE, to + place(r, t), (byte) fields);
            }
        }
    }
}

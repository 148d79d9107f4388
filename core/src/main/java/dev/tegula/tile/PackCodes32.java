package dev.tegula.tile;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.BlockCodes;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;

/**
 * Any format of 32-element blocks with an integer view, its codes decoded to int8; a block to a unit:
 *
 * <pre>
 * byte  0          64                        128                                          640
 *      | d (F32)  | -dmin * min (F32), or 0 | codes (int8): word u has elements 4u .. 4u + 3 |
 * </pre>
 */
public final class PackCodes32 extends GroupPacking {
    public static final int MIN = LANE_BYTES;
    public static final int CODES = 2 * LANE_BYTES;
    public static final int UNIT_BYTES = CODES + 8 * LANE_BYTES;

    PackCodes32() {
        super("i8x32", 32, UNIT_BYTES);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        BlockCodes view = Codecs.codes(type);
        Codes codes = new Codes();
        int blocks = cols / 32;
        for (int b = 0; b < blocks; b++) {
            long unit = to + (long) b * UNIT_BYTES;
            for (int r = 0; r < rows; r++) {
                view.unpack(src, from + r * rowBytes + (long) b * type.blockBytes(), codes);
                long lane = unit + 4L * r;
                dst.set(FLOAT, lane, codes.d);
                dst.set(FLOAT, lane + MIN, -codes.dmin * codes.min[0]);
                words(codes.q, 32, dst, lane + CODES);
            }
        }
    }

    /** Stores elements 4u … 4u + 3 as the bytes of word u. */
    static void words(int[] q, int length, MemorySegment dst, long to) {
        for (int i = 0; i < length; i += 4) {
            int word = q[i] & 0xFF | (q[i + 1] & 0xFF) << 8 | (q[i + 2] & 0xFF) << 16 | q[i + 3] << 24;
            dst.set(INT, to + (long) LANE_BYTES / 4 * i, word);
        }
    }
}

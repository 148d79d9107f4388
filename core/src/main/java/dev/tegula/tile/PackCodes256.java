package dev.tegula.tile;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.BlockCodes;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;

/**
 * Any format of 256-element blocks with an integer view, its codes decoded to int8; a block to a unit:
 *
 * <pre>
 * byte  0               256             512        576            640                              4736
 *      | scales (int8) | minimums      | d (F32)  | -dmin (F32)  | codes (int8): word u has        |
 *        4 words of      4 words         1 word     1 word         elements 4u .. 4u + 3
 *        a row, one byte per 16 elements
 * </pre>
 *
 * <p>A scale of 32 elements stands there twice.
 */
public final class PackCodes256 extends GroupPacking {
    public static final int MINS = 4 * LANE_BYTES;
    public static final int D = 8 * LANE_BYTES;
    public static final int DMIN = 9 * LANE_BYTES;
    public static final int CODES = 10 * LANE_BYTES;
    public static final int UNIT_BYTES = CODES + 64 * LANE_BYTES;

    PackCodes256() {
        super("i8x256", 256, UNIT_BYTES);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        BlockCodes view = Codecs.codes(type);
        Codes codes = new Codes();
        int[] spread = new int[16];
        int blocks = cols / 256;
        for (int b = 0; b < blocks; b++) {
            long unit = to + (long) b * UNIT_BYTES;
            for (int r = 0; r < rows; r++) {
                view.unpack(src, from + r * rowBytes + (long) b * type.blockBytes(), codes);
                long lane = unit + 4L * r;
                PackCodes32.words(spread(codes.scale, codes.subBlockLength, spread), 16, dst, lane);
                PackCodes32.words(spread(codes.min, codes.subBlockLength, spread), 16, dst, lane + MINS);
                dst.set(FLOAT, lane + D, codes.d);
                dst.set(FLOAT, lane + DMIN, -codes.dmin);
                PackCodes32.words(codes.q, 256, dst, lane + CODES);
            }
        }
    }

    private static int[] spread(int[] perSubBlock, int subBlockLength, int[] out) {
        for (int i = 0; i < 16; i++) {
            out[i] = perSubBlock[16 * i / subBlockLength];
        }
        return out;
    }
}

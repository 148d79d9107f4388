package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * TQ2_0 and TQ2_F32 as {@link PackTq20} has them, but by single bytes of four codes, so that one table serves 16 of them:
 *
 * <pre>
 * byte  0          64        80                                     1088
 *      | d (F32)  | byte 0  | byte 1 | ... of a row's codes         |
 *                  of rows 0 4 8 12, 1 5 9 13, 2 6 10 14, 3 7 11 15
 * </pre>
 */
final class PackTq2Bytes extends GroupPacking {
    PackTq2Bytes() {
        super("tq2_bytes", 256, PackTq20.UNIT_BYTES);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        for (int b = 0; b < cols / 256; b++) {
            long block = from + (long) b * type.blockBytes();
            long unit = to + (long) b * PackTq20.UNIT_BYTES;
            PackTq20.scales(type, src, block, rowBytes, rows, dst, unit);
            for (int r = 0; r < rows; r++) {
                long lane = unit + PackTq20.CODES + 4 * (r % 4) + r / 4;
                for (int i = 0; i < 64; i++) {
                    dst.set(BYTE, lane + i * ROWS, src.get(BYTE, block + r * rowBytes + i));
                }
            }
        }
    }
}

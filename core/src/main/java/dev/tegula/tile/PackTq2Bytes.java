package dev.tegula.tile;

import java.lang.foreign.MemorySegment;

/**
 * The ternary formats as {@link PackTq20} has them, but by single bytes of four codes, so that one table serves 16 of them:
 *
 * <pre>
 * byte  0          64        80                                     1088
 *      | d (F32)  | byte 0  | byte 1 | ... of a row's codes         |
 *                  of rows 0 4 8 12, 1 5 9 13, 2 6 10 14, 3 7 11 15
 * </pre>
 */
final class PackTq2Bytes extends PackTq20 {
    PackTq2Bytes() {
        super("tq2_bytes");
    }

    @Override
    void codes(MemorySegment src, long block, long rowBytes, int rows, MemorySegment dst, long to) {
        for (int r = 0; r < rows; r++) {
            for (int t = 0; t < 64; t++) {
                dst.set(BYTE, to + place(r, t), src.get(BYTE, block + r * rowBytes + t));
            }
        }
    }

    @Override
    int place(int row, int t) {
        return t * ROWS + 4 * (row % 4) + row / 4;
    }
}

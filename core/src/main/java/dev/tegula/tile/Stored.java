package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** The file's own layout: a group is one row, packing copies it. */
final class Stored implements Packing {
    @Override
    public String id() {
        return "stored";
    }

    @Override
    public int groupRows() {
        return 1;
    }

    @Override
    public long groupBytes(DType type, int cols) {
        return type.bytes(cols);
    }

    @Override
    public void packGroup(DType type, int cols, int rows, MemorySegment src, long srcOffset, MemorySegment dst,
            long dstOffset) {
        MemorySegment.copy(src, srcOffset, dst, dstOffset, rows * type.bytes(cols));
    }
}

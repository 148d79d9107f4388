package dev.tegula.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A matrix in native memory: {@code rows} rows of {@code cols} elements, each row a whole number of blocks and
 * {@code rowBytes} after the one before. A view never owns its memory.
 *
 * @param segment native memory (never a heap array: kernels see one kind of segment only)
 * @param offset byte offset of the first row
 * @param type number format of the elements
 * @param rows number of rows, 0 or more
 * @param cols elements per row, a multiple of the format's block length
 * @param rowBytes bytes from one row to the next
 */
public record TensorView(MemorySegment segment, long offset, DType type, long rows, int cols, long rowBytes) {
    /** Checks that the rows lie inside the segment. */
    public TensorView {
        Objects.requireNonNull(segment, "segment");
        Objects.requireNonNull(type, "type");
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a tensor lies in native memory, not in a heap array");
        }
        if (rows < 0 || cols < 1 || rowBytes < type.bytes(cols)) {
            throw new IllegalArgumentException(
                    rows + " rows of " + cols + " " + type + ", " + rowBytes + " bytes a row");
        }
        Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, rowBytes), segment.byteSize());
    }

    /** Rows one after the other without gaps, from {@code offset}. */
    public static TensorView dense(MemorySegment segment, long offset, DType type, long rows, int cols) {
        return new TensorView(segment, offset, type, rows, cols, type.bytes(cols));
    }

    /** Allocates a dense, zeroed matrix. */
    public static TensorView allocate(Storage storage, DType type, long rows, int cols) {
        return dense(storage.allocate(Math.multiplyExact(rows, type.bytes(cols))), 0, type, rows, cols);
    }

    /** Byte offset of a row in the segment. */
    public long rowOffset(long row) {
        return offset + row * rowBytes;
    }

    /** Bytes from the first row's start to the last row's end. */
    public long bytes() {
        return rows * rowBytes;
    }
}

package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * A layout of a weight matrix other than the file's: rows in groups, so that the lanes of a vector run over output rows.
 * Stateless and thread-safe; different groups may be packed by different threads.
 */
public interface Packing {
    /** The file's own layout: row after row. */
    Packing STORED = new Stored();

    /** Name and version of the layout, for example {@code r16.q4_0.3}: two with the same id lay out every bit alike. */
    String id();

    /** Rows per group, at least 1. The last group of a matrix may have fewer; its missing rows read as zeros. */
    int groupRows();

    /**
     * Bytes of one packed group.
     *
     * @param type format of the weights
     * @param cols elements per row
     */
    long groupBytes(DType type, int cols);

    /** Bytes of a packed matrix. */
    default long bytes(DType type, long rows, int cols) {
        return Math.multiplyExact(Math.ceilDiv(rows, (long) groupRows()), groupBytes(type, cols));
    }

    /**
     * Packs one group: writes every byte of it, whatever was there.
     *
     * @param type format of the weights
     * @param cols elements per row
     * @param rows rows in this group, 1 … {@link #groupRows()}
     * @param src native memory with the group's rows as they are read, one after the other
     * @param srcOffset byte offset of the first row
     * @param dst native memory of {@link #groupBytes} from {@code dstOffset}
     * @param dstOffset byte offset of the packed group
     */
    void packGroup(DType type, int cols, int rows, MemorySegment src, long srcOffset, MemorySegment dst,
            long dstOffset);
}

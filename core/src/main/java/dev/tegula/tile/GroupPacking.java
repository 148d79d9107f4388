package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Rows in groups of 16, as one 512-bit vector of 32-bit lanes has them: lane r of every vector in memory belongs to the
 * group's row r. Narrower vectors read a group in 2 or 4 parts.
 *
 * <p>A row is cut into units of so many elements; a group holds unit 0 of all rows, then unit 1, and so on. Packing is mostly a
 * transposition of 32-bit words (4 to 16 codes), so that each stands beside those of the 15 other rows.
 *
 * <p>Whoever changes a layout gives it a new number: weight caches ({@link dev.tegula.exec.WeightCache}) keep packed groups
 * in files, and tell by the id alone whether the kernels still understand them.
 */
public abstract class GroupPacking implements Packing {
    /** Rows of a group. */
    public static final int ROWS = 16;
    /** Bytes of one 32-bit lane of all rows of a group. */
    public static final int LANE_BYTES = 4 * ROWS;

    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Version of all layouts; counted up when one changes. */
    private static final int VERSION = 3;

    private final String id;
    private final int unitLength;
    private final int unitBytes;

    /**
     * A packing.
     *
     * @param name what the id says of the layout
     * @param unitLength elements of a row in a unit; a row's last unit may have fewer and is filled with zeros
     * @param unitBytes bytes of a unit of 16 rows
     */
    GroupPacking(String name, int unitLength, int unitBytes) {
        this.id = "r16." + name + "." + VERSION;
        this.unitLength = unitLength;
        this.unitBytes = unitBytes;
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final int groupRows() {
        return ROWS;
    }

    final int unitBytes() {
        return unitBytes;
    }

    @Override
    public long groupBytes(DType type, int cols) {
        return (long) Math.ceilDiv(cols, unitLength) * unitBytes;
    }

    @Override
    public final void packGroup(DType type, int cols, int rows, MemorySegment src, long srcOffset, MemorySegment dst,
            long dstOffset) {
        long rowBytes = type.bytes(cols);
        if (rows < ROWS || cols % unitLength != 0) {
            long end = dstOffset + groupBytes(type, cols);
            for (long at = dstOffset; at < end; at += 4) {
                dst.set(INT, at, 0);
            }
        }
        pack(type, cols, rows, src, srcOffset, rowBytes, dst, dstOffset);
    }

    /**
     * Packs a group whose missing elements are zero bytes already.
     *
     * @param src holds row r at {@code from + r * rowBytes}
     */
    abstract void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst,
            long to);

    /**
     * Puts 32-bit words of the rows side by side: word u of row r goes to lane r of vector u.
     */
    static void transpose(MemorySegment src, long from, long rowBytes, int rows, MemorySegment dst, long to,
            int words) {
        for (int r = 0; r < rows; r++) {
            long row = from + r * rowBytes;
            long lane = to + 4L * r;
            for (int u = 0; u < words; u++) {
                dst.set(INT, lane + (long) LANE_BYTES * u, src.get(INT, row + 4L * u));
            }
        }
    }

    /** Puts one F16 of each row side by side as F32. */
    static void halves(MemorySegment src, long from, long rowBytes, int rows, MemorySegment dst, long to) {
        for (int r = 0; r < rows; r++) {
            dst.set(FLOAT, to + 4L * r, Float.float16ToFloat(src.get(SHORT, from + r * rowBytes)));
        }
    }

    /** Puts one F16 of each row into the lower (0) or upper (1) half of the rows' lanes, as it is. */
    static void rawHalves(MemorySegment src, long from, long rowBytes, int rows, MemorySegment dst, long to, int half) {
        for (int r = 0; r < rows; r++) {
            dst.set(SHORT, to + 4L * r + 2L * half, src.get(SHORT, from + r * rowBytes));
        }
    }
}

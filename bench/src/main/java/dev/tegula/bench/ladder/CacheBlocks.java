package dev.tegula.bench.ladder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Step 7: only so much of k at a time that the piece of a panel stays in the first-level cache while all rows go over it. The sums wait in c meanwhile.
 *
 * <p>Before, a panel was as long as k, and came from the second-level cache for every four rows.
 */
final class CacheBlocks extends OwnStep {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = FLOATS.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int ROWS = 4;
    /** Rows of b in a piece: with two vectors of 64 bytes 32 KiB, of the 32 or 48 that there are; narrower vectors leave more room. */
    private static final int DEPTH = 256;

    private final MemorySegment a;
    private final MemorySegment panels;
    private final MemorySegment c;
    private final int stride;

    CacheBlocks(Product product) {
        super(product);
        a = copy(product.a());
        stride = Math.ceilDiv(n, PackedPanels.COLS) * PackedPanels.COLS;
        panels = PackedPanels.pack(product.b(), allocate(4L * k * stride), n, k);
        c = allocate(4L * m * stride);
    }

    @Override
    public void run() {
        c.fill((byte) 0);
        for (int from = 0; from < k; from += DEPTH) {
            int to = Math.min(from + DEPTH, k);
            for (int j = 0; j < stride; j += PackedPanels.COLS) {
                for (int i = 0; i < m; i += ROWS) {
                    // All four are read before one is written: a row that stands in for missing ones gets the same sum again.
                    tile(i, Math.min(i + 1, m - 1), Math.min(i + 2, m - 1), Math.min(i + 3, m - 1), j, from, to);
                }
            }
        }
    }

    private void tile(long i0, long i1, long i2, long i3, int j, int from, int to) {
        long at = 4L * j * k;
        FloatVector c00 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i0 * stride + j), ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i0 * stride + j) + BYTES, ORDER);
        FloatVector c10 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i1 * stride + j), ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i1 * stride + j) + BYTES, ORDER);
        FloatVector c20 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i2 * stride + j), ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i2 * stride + j) + BYTES, ORDER);
        FloatVector c30 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i3 * stride + j), ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(FLOATS, c, 4L * (i3 * stride + j) + BYTES, ORDER);
        for (int l = from; l < to; l++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, panels, at + (long) l * (2 * BYTES), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, panels, at + (long) l * (2 * BYTES) + BYTES, ORDER);
            FloatVector x = FloatVector.broadcast(FLOATS, a.get(ValueLayout.JAVA_FLOAT, 4L * (i0 * k + l)));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(FLOATS, a.get(ValueLayout.JAVA_FLOAT, 4L * (i1 * k + l)));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(FLOATS, a.get(ValueLayout.JAVA_FLOAT, 4L * (i2 * k + l)));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(FLOATS, a.get(ValueLayout.JAVA_FLOAT, 4L * (i3 * k + l)));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        c00.intoMemorySegment(c, 4L * (i0 * stride + j), ORDER);
        c01.intoMemorySegment(c, 4L * (i0 * stride + j) + BYTES, ORDER);
        c10.intoMemorySegment(c, 4L * (i1 * stride + j), ORDER);
        c11.intoMemorySegment(c, 4L * (i1 * stride + j) + BYTES, ORDER);
        c20.intoMemorySegment(c, 4L * (i2 * stride + j), ORDER);
        c21.intoMemorySegment(c, 4L * (i2 * stride + j) + BYTES, ORDER);
        c30.intoMemorySegment(c, 4L * (i3 * stride + j), ORDER);
        c31.intoMemorySegment(c, 4L * (i3 * stride + j) + BYTES, ORDER);
    }

    @Override
    long weightBytes() {
        return panels.byteSize();
    }

    @Override
    float result(int row, int col) {
        return c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * stride + col);
    }
}

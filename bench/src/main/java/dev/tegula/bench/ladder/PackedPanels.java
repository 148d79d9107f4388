package dev.tegula.bench.ladder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Step 6: the weights are laid out as the tile reads them. A panel is what two vectors of columns need: for each row of b so many floats, one row behind the other, and then the next
 * panel. The tile goes straight through it; before, each row of b was a page of memory further on.
 *
 * <p>Weights never change, so this is done once. The last panel is filled up with zeros, and the rows of c are as long as all panels: no tail of columns is left.
 */
final class PackedPanels extends OwnStep {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = FLOATS.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int ROWS = 4;
    /** Columns of a panel. */
    static final int COLS = 2 * FLOATS.length();

    private final MemorySegment a;
    private final MemorySegment panels;
    private final MemorySegment c;
    /** Floats from row to row of c. */
    private final int stride;

    PackedPanels(Product product) {
        super(product);
        a = copy(product.a());
        stride = Math.ceilDiv(n, COLS) * COLS;
        panels = pack(product.b(), allocate(4L * k * stride), n, k);
        c = allocate(4L * m * stride);
    }

    /** Lays weights out in panels. */
    static MemorySegment pack(float[] b, MemorySegment panels, int n, int k) {
        for (int j = 0; j < n; j++) {
            long panel = (long) (j / COLS) * k * COLS;
            for (int l = 0; l < k; l++) {
                panels.setAtIndex(ValueLayout.JAVA_FLOAT, panel + (long) l * COLS + j % COLS, b[l * n + j]);
            }
        }
        return panels;
    }

    @Override
    public void run() {
        for (int j = 0; j < stride; j += COLS) {
            for (int i = 0; i < m; i += ROWS) {
                tile(i, Math.min(i + 1, m - 1), Math.min(i + 2, m - 1), Math.min(i + 3, m - 1), j);
            }
        }
    }

    private void tile(long i0, long i1, long i2, long i3, int j) {
        long at = 4L * j * k;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        for (int l = 0; l < k; l++) {
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

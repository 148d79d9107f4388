package dev.tegula.bench.ladder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Step 5: a tile of four rows and two vectors of columns. Its eight vectors of sums are added to by turns, so that none waits; and each vector of b that is read is
 * multiplied four times, each element of a twice.
 *
 * <p>With the two vectors of b and the one of a that makes eleven registers, of the sixteen that a CPU with AVX2 has. Rows that are left, fewer than four, are done by
 * the tile too: it computes the last row again in their place.
 */
final class RegisterTile extends OwnStep {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BYTES = FLOATS.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int ROWS = 4;

    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;

    RegisterTile(Product product) {
        super(product);
        a = copy(product.a());
        b = copy(product.b());
        c = allocate(4L * m * n);
    }

    @Override
    public void run() {
        int whole = n - n % (2 * LANES);
        for (int i = 0; i < m; i += ROWS) {
            for (int j = 0; j < whole; j += 2 * LANES) {
                tile(i, Math.min(i + 1, m - 1), Math.min(i + 2, m - 1), Math.min(i + 3, m - 1), j);
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = whole; j < n; j++) {
                c.set(ValueLayout.JAVA_FLOAT, 4L * ((long) i * n + j), VectorLanes.column(a, b, i, j, n, k));
            }
        }
    }

    private void tile(long i0, long i1, long i2, long i3, int j) {
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        for (int l = 0; l < k; l++) {
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, 4L * ((long) l * n + j), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, 4L * ((long) l * n + j) + BYTES, ORDER);
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
        c00.intoMemorySegment(c, 4L * (i0 * n + j), ORDER);
        c01.intoMemorySegment(c, 4L * (i0 * n + j) + BYTES, ORDER);
        c10.intoMemorySegment(c, 4L * (i1 * n + j), ORDER);
        c11.intoMemorySegment(c, 4L * (i1 * n + j) + BYTES, ORDER);
        c20.intoMemorySegment(c, 4L * (i2 * n + j), ORDER);
        c21.intoMemorySegment(c, 4L * (i2 * n + j) + BYTES, ORDER);
        c30.intoMemorySegment(c, 4L * (i3 * n + j), ORDER);
        c31.intoMemorySegment(c, 4L * (i3 * n + j) + BYTES, ORDER);
    }

    @Override
    float result(int row, int col) {
        return c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * n + col);
    }
}

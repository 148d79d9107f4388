package dev.tegula.bench.ladder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Step 4: vectors by hand. A vector has neighbouring columns of c in its lanes; it stays in a register while all of k is added, so that c is written once. An
 * element of a is copied to all lanes. No lanes are ever summed.
 *
 * <p>There is one vector of sums, whose additions wait for each other, and a vector of b is read for every multiplication. What is left of the columns goes one by one.
 */
final class VectorLanes extends OwnStep {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;

    VectorLanes(Product product) {
        super(product);
        a = copy(product.a());
        b = copy(product.b());
        c = allocate(4L * m * n);
    }

    @Override
    public void run() {
        int whole = FLOATS.loopBound(n);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < whole; j += LANES) {
                columns(i, j);
            }
            for (int j = whole; j < n; j++) {
                c.set(ValueLayout.JAVA_FLOAT, 4L * ((long) i * n + j), column(a, b, i, j, n, k));
            }
        }
    }

    private void columns(int i, int j) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int l = 0; l < k; l++) {
            FloatVector x = FloatVector.broadcast(FLOATS, a.get(ValueLayout.JAVA_FLOAT, 4L * ((long) i * k + l)));
            sum = x.fma(FloatVector.fromMemorySegment(FLOATS, b, 4L * ((long) l * n + j), ORDER), sum);
        }
        sum.intoMemorySegment(c, 4L * ((long) i * n + j), ORDER);
    }

    /** One element of c: the scalar tail. */
    static float column(MemorySegment a, MemorySegment b, int i, int j, int n, int k) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
            sum = Math.fma(a.get(ValueLayout.JAVA_FLOAT, 4L * ((long) i * k + l)),
                    b.get(ValueLayout.JAVA_FLOAT, 4L * ((long) l * n + j)), sum);
        }
        return sum;
    }

    @Override
    float result(int row, int col) {
        return c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * n + col);
    }
}

package dev.tegula.bench.ladder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Step 3: the same loops over native memory, where weights are: mapped from a file, larger than an array may be, aligned to cache lines, and at hand for C.
 *
 * <p>That gives no speed by itself. Two arrays are the same or apart; two segments may overlap, which leaves the compiler less to do with a loop over them.
 */
final class NativeMemory extends OwnStep {
    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;

    NativeMemory(Product product) {
        super(product);
        a = copy(product.a());
        b = copy(product.b());
        c = allocate(4L * m * n);
    }

    @Override
    public void run() {
        c.fill((byte) 0);
        for (int i = 0; i < m; i++) {
            for (int l = 0; l < k; l++) {
                addRow(a.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * k + l), b, 4L * l * n, c, 4L * i * n, n);
            }
        }
    }

    private static void addRow(float x, MemorySegment b, long from, MemorySegment c, long to, int count) {
        for (int j = 0; j < count; j++) {
            long at = 4L * j;
            float sum = c.get(ValueLayout.JAVA_FLOAT, to + at) + x * b.get(ValueLayout.JAVA_FLOAT, from + at);
            c.set(ValueLayout.JAVA_FLOAT, to + at, sum);
        }
    }

    @Override
    float result(int row, int col) {
        return c.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * n + col);
    }
}

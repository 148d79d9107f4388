package dev.tegula.bench.ladder;

import dev.tegula.bench.ladder.Product.Answer;
import dev.tegula.kernel.Cost;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A step that is written here, with memory of its own, and whose answer all of C is compared with. */
abstract class OwnStep implements Step {
    /** Of a cache line. */
    private static final int ALIGNMENT = 64;

    final Product product;
    final int m;
    final int n;
    final int k;
    final Arena arena = Arena.ofShared();

    OwnStep(Product product) {
        this.product = product;
        this.m = product.m();
        this.n = product.n();
        this.k = product.k();
    }

    /** An element of C, which {@link #check} looks at. */
    abstract float result(int row, int col);

    /** What C should be. */
    Answer expected() {
        return product.answer();
    }

    @Override
    public void check() {
        run();
        Answer answer = expected();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double error = Math.abs(result(i, j) - answer.values()[i * n + j]);
                // So written that NaN is wrong, too.
                if (!(error <= answer.bounds()[i * n + j])) {
                    throw new IllegalStateException("%s: %s in row %d, column %d, not %s".formatted(
                            getClass().getSimpleName(), result(i, j), i, j, answer.values()[i * n + j]));
                }
            }
        }
    }

    @Override
    public Cost cost() {
        return new Cost((long) m * n * k, weightBytes() + 4L * m * (k + n));
    }

    /** Bytes of B. */
    long weightBytes() {
        return 4L * k * n;
    }

    final MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, ALIGNMENT);
    }

    final MemorySegment copy(float[] values) {
        MemorySegment segment = allocate((long) values.length * Float.BYTES);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
        return segment;
    }

    /** Frees the memory. */
    @Override
    public void close() {
        arena.close();
    }
}

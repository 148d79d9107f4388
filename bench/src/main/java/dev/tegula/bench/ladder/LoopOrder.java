package dev.tegula.bench.ladder;

import java.util.Arrays;

/**
 * Step 2: the two inner loops change places. The inner one now goes along a row of b and a row of c: memory is read in its order, the sums of the
 * columns do not wait for each other, and the compiler makes vectors of the loop by itself.
 *
 * <p>But for every multiplication an element of b and one of c are read and one of c is written.
 */
final class LoopOrder extends OwnStep {
    private final float[] c;

    LoopOrder(Product product) {
        super(product);
        c = new float[m * n];
    }

    @Override
    public void run() {
        float[] a = product.a();
        float[] b = product.b();
        Arrays.fill(c, 0);
        for (int i = 0; i < m; i++) {
            for (int l = 0; l < k; l++) {
                addRow(a[i * k + l], b, l * n, c, i * n, n);
            }
        }
    }

    private static void addRow(float x, float[] b, int from, float[] c, int to, int count) {
        for (int j = 0; j < count; j++) {
            c[to + j] += x * b[from + j];
        }
    }

    @Override
    float result(int row, int col) {
        return c[row * n + col];
    }
}

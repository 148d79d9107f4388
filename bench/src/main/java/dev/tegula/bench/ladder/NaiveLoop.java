package dev.tegula.bench.ladder;

/**
 * Step 1: three loops, as the formula has them: c[i][j] = Σ a[i][l] · b[l][j].
 *
 * <p>Each addition waits for the one before, four cycles or so; and b is read down its columns, a whole cache line for each of its elements.
 */
final class NaiveLoop extends OwnStep {
    private final float[] c;

    NaiveLoop(Product product) {
        super(product);
        c = new float[m * n];
    }

    @Override
    public void run() {
        float[] a = product.a();
        float[] b = product.b();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += a[i * k + l] * b[l * n + j];
                }
                c[i * n + j] = sum;
            }
        }
    }

    @Override
    float result(int row, int col) {
        return c[row * n + col];
    }
}

package dev.tegula.bench.ladder;

import java.util.SplittableRandom;

/**
 * The task: C = A · B, where A has m rows (tokens) of k, and B, the weights, k rows of n.
 *
 * @param m rows of A and C
 * @param n columns of B and C
 * @param k what is summed over
 * @param a elements of A, row by row, between −1 and 1
 * @param b elements of B, row by row
 */
record Product(int m, int n, int k, float[] a, float[] b) {
    /** Rounds half a unit in the last of 24 bits away. */
    private static final double UNIT = 0x1p-24;

    /**
     * A task with random numbers, the same in every run.
     *
     * @throws IllegalArgumentException when a size is not from 1 to 65536, or a matrix has more than 2²⁸ elements
     */
    static Product random(int m, int n, int k) {
        for (int size : new int[]{m, n, k}) {
            if (size < 1 || size > 1 << 16) {
                throw new IllegalArgumentException("m, n, k " + m + ", " + n + ", " + k + ": each from 1 to 65536");
            }
        }
        if (Math.max((long) k * n, (long) m * Math.max(n, k)) > 1L << 28) {
            throw new IllegalArgumentException(m + " x " + n + " x " + k + ": at most 2^28 elements in a matrix");
        }
        SplittableRandom random = new SplittableRandom(20260102);
        return new Product(m, n, k, numbers(random, m * k), numbers(random, k * n));
    }

    private static float[] numbers(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (random.nextInt() >> 7) * 0x1p-24f;
        }
        return values;
    }

    /**
     * What comes out, in F64, and how far F32 may be from it.
     *
     * @param values elements of C
     * @param bounds for each the largest error
     */
    record Answer(double[] values, double[] bounds) {}

    /** C by plain sums. */
    Answer answer() {
        double[] values = new double[m * n];
        double[] magnitudes = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int l = 0; l < k; l++) {
                double x = a[i * k + l];
                for (int j = 0; j < n; j++) {
                    double product = x * b[l * n + j];
                    values[i * n + j] += product;
                    magnitudes[i * n + j] += Math.abs(product);
                }
            }
        }
        return bounded(values, magnitudes, k);
    }

    /**
     * Bounds for sums in F32, in any order, with or without rounding in between: γ·Σ|term| with γ = t·u / (1 − t·u), where each term is rounded at most t times
     * (Higham, Accuracy and Stability of Numerical Algorithms, 3.1).
     */
    static Answer bounded(double[] values, double[] magnitudes, int roundings) {
        double gamma = roundings * UNIT / (1 - roundings * UNIT);
        double[] bounds = new double[magnitudes.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = gamma * magnitudes[i];
        }
        return new Answer(values, bounds);
    }
}

package dev.tegula.bench.peer;

import dev.tegula.tensor.DType;
import java.util.SplittableRandom;

/** Elements of a product that are computed again, one by one. */
public final class Samples {
    private static final int COUNT = 64;

    /** A matrix by row and column. */
    public interface Matrix {
        /** The element of a row and a column. */
        double at(int row, int column);
    }

    private Samples() {}

    /**
     * Compares elements of y, the last one among them, with sums in F64.
     *
     * @param w by output and element of the sum
     * @throws IllegalStateException when one differs by more than F32 sums in any order can, or a sum of integers at all
     */
    public static void check(Product product, Matrix y, Matrix x, Matrix w) {
        SplittableRandom random = new SplittableRandom(2);
        int i = product.m() - 1;
        int j = product.n() - 1;
        for (int s = 0; s < COUNT; s++) {
            double sum = 0;
            double size = 0;
            for (int p = 0; p < product.k(); p++) {
                sum += x.at(i, p) * w.at(j, p);
                size += Math.abs(x.at(i, p) * w.at(j, p));
            }
            double got = y.at(i, j);
            // Sums of integers are exact; each of k products and additions of F32 rounds by half an ulp of at most the sum of magnitudes.
            double bound = product.numbers() == DType.INT8_G128 ? 0 : size * product.k() * 0x1p-24;
            if (!(Math.abs(got - sum) <= bound)) {
                throw new IllegalStateException(
                        "wrong result for " + product + " in row " + i + ", column " + j + ": " + got
                                + ", the sum is " + sum);
            }
            i = random.nextInt(product.m());
            j = random.nextInt(product.n());
        }
    }
}

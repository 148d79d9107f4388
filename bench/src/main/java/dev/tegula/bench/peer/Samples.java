package dev.tegula.bench.peer;

import dev.tegula.tensor.DType;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/** Elements of a product that are computed again, one by one. */
public final class Samples {
    /** Of products without one. */
    public static final IntToDoubleFunction NO_BIAS = column -> 0;
    private static final int COUNT = 64;

    /** A matrix by row and column. */
    public interface Matrix {
        /** The element of a row and a column. */
        double at(int row, int column);
    }

    private Samples() {}

    /** Compares elements of a product without a bias. */
    public static void check(Product product, Matrix y, Matrix x, Matrix w) {
        check(product, y, x, w, NO_BIAS);
    }

    /**
     * Compares elements of y, the last one among them, with sums in F64.
     *
     * @param w by output and element of the sum
     * @param bias by output
     * @throws IllegalStateException when one differs by more than F32 sums in any order can, or a sum of integers at all
     */
    public static void check(Product product, Matrix y, Matrix x, Matrix w, IntToDoubleFunction bias) {
        SplittableRandom random = new SplittableRandom(2);
        int i = product.m() - 1;
        int j = product.n() - 1;
        for (int s = 0; s < COUNT; s++) {
            double sum = bias.applyAsDouble(j);
            double size = Math.abs(sum);
            for (int p = 0; p < product.k(); p++) {
                sum += x.at(i, p) * w.at(j, p);
                size += Math.abs(x.at(i, p) * w.at(j, p));
            }
            double got = y.at(i, j);
            // Sums of integers are exact; each of k products and additions of F32, and that of a bias, rounds by half an ulp of at most the sum of magnitudes.
            int roundings = product.bias() ? product.k() + 1 : product.k();
            double bound = product.numbers() == DType.INT8_G128 ? 0 : size * roundings * 0x1p-24;
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

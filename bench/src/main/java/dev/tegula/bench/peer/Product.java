package dev.tegula.bench.peer;

import dev.tegula.tensor.DType;
import java.util.Locale;

/**
 * y = x w, as kernels of matrix products compute it, or with a bias for each column, as a dense layer has it.
 *
 * @param numbers what is multiplied: F32, INT8_G128 for 8-bit integers, or Q4_0 for weights of 4 bits in blocks of 32
 * @param bias whether y has a bias, of F32 only
 * @param m rows of x and y
 * @param n columns of w and y
 * @param k elements of a sum
 */
public record Product(DType numbers, boolean bias, int m, int n, int k) {
    /** Without a bias. */
    public Product(DType numbers, int m, int n, int k) {
        this(numbers, false, m, n, k);
    }

    public Product {
        if (numbers != DType.F32 && numbers != DType.INT8_G128 && numbers != DType.Q4_0) {
            throw new IllegalArgumentException("numbers " + numbers + ": F32, INT8_G128 or Q4_0");
        }
        if (bias && numbers != DType.F32) {
            throw new IllegalArgumentException("bias in " + numbers + ": in F32 only");
        }
        if (m < 1 || n < 1 || k < 1) {
            throw new IllegalArgumentException("product " + m + "x" + n + "x" + k + ": each must be 1 or more");
        }
        if (k % numbers.blockLength() != 0) {
            throw new IllegalArgumentException(
                    "k " + k + ": a multiple of " + numbers.blockLength() + " in " + numbers);
        }
    }

    /** Multiply-adds of one call. */
    public long multiplyAdds() {
        return (long) m * n * k;
    }

    @Override
    public String toString() {
        String name = switch (numbers) {
            case F32 -> bias ? "f32 with bias" : "f32";
            case Q4_0 -> "4-bit";
            default -> "int8";
        };
        return name + String.format(Locale.ROOT, " %dx%dx%d", m, n, k);
    }
}

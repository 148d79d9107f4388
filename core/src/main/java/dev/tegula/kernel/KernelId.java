package dev.tegula.kernel;

import dev.tegula.tensor.DType;
import java.util.Locale;

/**
 * A kernel's name, {@code op.dst.lhs.rhs.tile.engine}, for example {@code matmul.f32.q8_a256.q4_k.16x4.vec}.
 *
 * @param op the operation
 * @param dst format of the output
 * @param lhs format of the first input
 * @param rhs format of the second input (the weights, where there are any)
 * @param tile what one step of the kernel computes, rows of the output by columns or "row"
 * @param engine who runs it: ref, vec, nat-…, cl
 */
public record KernelId(String op, String dst, String lhs, String rhs, String tile, String engine)
        implements
            Comparable<KernelId> {
    /** Names the formats in lower case. */
    public static KernelId of(String op, DType dst, DType lhs, DType rhs, String tile, String engine) {
        return new KernelId(op, lower(dst), lower(lhs), lower(rhs), tile, engine);
    }

    private static String lower(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public int compareTo(KernelId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return String.join(".", op, dst, lhs, rhs, tile, engine);
    }
}

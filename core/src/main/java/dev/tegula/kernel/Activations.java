package dev.tegula.kernel;

import dev.tegula.tensor.DType;

/** In which format a linear layer's weights want the activations: part of the weight format's definition. */
public final class Activations {
    private Activations() {}

    /**
     * Whether a linear layer of weights of a format takes activations of another: of {@link #typeFor}, or BF16 for weights in
     * BF16, which is an op of its own with a tree of its own.
     */
    public static boolean fit(DType weights, DType activations) {
        return activations == typeFor(weights) || weights == DType.BF16 && activations == DType.BF16;
    }

    /**
     * The activations' format for weights of a format: F32 for floating-point weights, Q8 in blocks of 256 for formats of
     * 256-element blocks, Q8 in blocks of 128 for integers in groups of 128, Q8 in blocks of 32 for the other quantized formats.
     *
     * @throws IllegalArgumentException when the format is none of weights in memory
     */
    public static DType typeFor(DType weights) {
        return switch (weights) {
            case F32, F16, BF16 -> DType.F32;
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL, MXFP4 -> DType.Q8_A32;
            case Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_XS, TQ1_0, TQ2_0, TQ2_F32 -> DType.Q8_A256;
            case I2_S, I32, Q8_A32, Q8_A128, Q8_A256 ->
                throw new IllegalArgumentException(weights + " is no format of weights in memory");
            default ->
                weights.fields().map(fields -> fields.group() == 128 ? DType.Q8_A128 : DType.Q8_A32).orElseThrow();
        };
    }
}

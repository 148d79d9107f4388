package dev.tegula.nat;

import dev.tegula.tensor.DType;

/** How C multiplies weights of a format: a row of the table in linear_loops.h. */
enum LinearFormat {
    F32, F16, BF16, BF16_PAIRS, Q4_0, Q8_0, CODES32, CODES32_MIN, Q4_K, Q6_K, TQ2_0, CODES256, CODES256_MIN;

    /**
     * The row of a pair of formats.
     *
     * @throws IllegalArgumentException when the format is none of weights in memory
     */
    static LinearFormat of(DType weights, DType activations) {
        return switch (weights) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> activations == DType.BF16 ? BF16_PAIRS : BF16;
            case Q4_0 -> Q4_0;
            case Q8_0 -> Q8_0;
            case Q5_0, IQ4_NL, MXFP4 -> CODES32;
            case Q4_1, Q5_1 -> CODES32_MIN;
            case Q4_K -> Q4_K;
            case Q6_K -> Q6_K;
            case TQ2_0, TQ2_F32 -> TQ2_0;
            case Q3_K, IQ4_XS, TQ1_0 -> CODES256;
            case Q2_K, Q5_K -> CODES256_MIN;
            case I2_S, I32, Q8_A32, Q8_A256 ->
                throw new IllegalArgumentException(weights + " is no format of weights in memory");
        };
    }
}

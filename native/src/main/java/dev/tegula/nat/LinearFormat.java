package dev.tegula.nat;

import dev.tegula.tensor.DType;

/** How C multiplies weights of a format: a row of the table in linear_loops.h. */
enum LinearFormat {
    F32,
    F16,
    BF16,
    BF16_PAIRS,
    /** The same, with an instruction for them. */
    BF16_DOT,
    Q4_0,
    Q8_0,
    CODES32,
    CODES32_MIN,
    Q4_K,
    Q6_K,
    TQ2_0,
    /** The same, by looking up sums. */
    TQ2_0_LOOKUP,
    CODES256,
    CODES256_MIN,
    /** The first of 32 for N-bit integers: signed or with zero points, in groups of 32 or 128, of 1 … 8 bits. */
    FIELDS;

    /**
     * The number that linear.h has for a pair of formats.
     *
     * @throws IllegalArgumentException when the format is none of weights in memory
     */
    static int number(DType weights, DType activations) {
        return of(weights, activations).ordinal() + weights.fields()
                .map(fields -> ((fields.hasZero() ? 2 : 0) + fields.group() / 128) * 8 + fields.bits() - 1)
                .orElse(0);
    }

    private static LinearFormat of(DType weights, DType activations) {
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
            case TQ1_0, TQ2_0, TQ2_F32 -> TQ2_0;
            case Q3_K, IQ4_XS -> CODES256;
            case Q2_K, Q5_K -> CODES256_MIN;
            case I2_S, I32, Q8_A32, Q8_A128, Q8_A256 ->
                throw new IllegalArgumentException(weights + " is no format of weights in memory");
            default -> weights.fields().map(fields -> FIELDS).orElseThrow();
        };
    }
}

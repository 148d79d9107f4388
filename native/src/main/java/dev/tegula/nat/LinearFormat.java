package dev.tegula.nat;

import dev.tegula.tensor.DType;

/** How C packs and multiplies weights of a format: a row of the table in linear_loops.h. */
enum LinearFormat {
    F32(LinearFormat.FLOATS),
    F16(LinearFormat.FLOATS),
    BF16(LinearFormat.FLOATS),
    Q4_0(LinearFormat.BLOCKS32),
    Q8_0(LinearFormat.BLOCKS32),
    CODES32(LinearFormat.BLOCKS32),
    CODES32_MIN(LinearFormat.BLOCKS32),
    Q4_K(LinearFormat.BLOCKS256),
    Q6_K(LinearFormat.BLOCKS256),
    TQ2_0(LinearFormat.BLOCKS256),
    CODES256(LinearFormat.BLOCKS256),
    CODES256_MIN(LinearFormat.BLOCKS256);

    /** Elements of k that are decoded together, CHUNK in linear.h. */
    private static final int CHUNK = 256;
    /** Bytes of the record of a chunk of activations: 256 F32, struct record32 and record256. */
    private static final int FLOATS = 4 * CHUNK;
    private static final int BLOCKS32 = 96 + CHUNK;
    private static final int BLOCKS256 = 168 + CHUNK;

    /** Bytes of C's struct linear_scratch, which asserts that it has no more. */
    private static final int SCRATCH_BYTES = 104 * 1024;
    /** Bytes of records that are worth keeping in a second-level cache of 512 KiB or more. */
    private static final int CACHE_BYTES = 320 * 1024;
    /** Rows that share a decoded panel at least, so that decoding costs little. */
    private static final int MIN_ROWS = 48;
    /** MAX_ROWS in linear.h. */
    private static final int MAX_ROWS = 252;
    /** A multiple of all register tiles' rows. */
    private static final int TILE_ROWS = 12;

    private final int recordBytes;

    LinearFormat(int recordBytes) {
        this.recordBytes = recordBytes;
    }

    /**
     * The row of a format.
     *
     * @throws IllegalArgumentException when the format is none of weights in memory
     */
    static LinearFormat of(DType weights) {
        return switch (weights) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> BF16;
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

    /** Rows of activations of {@code k} elements that are worked on together. */
    int blockRows(int k) {
        long rows = CACHE_BYTES / rowBytes(k);
        return (int) Math.clamp(rows, MIN_ROWS, MAX_ROWS) / TILE_ROWS * TILE_ROWS;
    }

    /** Scratch memory of a call. */
    long scratchBytes(int k) {
        return SCRATCH_BYTES + blockRows(k) * rowBytes(k);
    }

    private long rowBytes(int k) {
        return Math.ceilDiv(k, CHUNK) * (long) recordBytes;
    }
}

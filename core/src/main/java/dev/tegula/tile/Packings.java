package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The layout in groups of rows of each weight format: what CPU kernels take, whatever their engine. */
public final class Packings {
    private static final GroupPacking F32 = new PackFloats(4);
    private static final GroupPacking HALVES = new PackFloats(2);
    private static final GroupPacking Q4_0 = new PackBlocks32("q4_0", 4);
    private static final GroupPacking Q8_0 = new PackBlocks32("q8_0", 8);
    private static final GroupPacking Q4_K = new PackQ4K();
    private static final GroupPacking Q6_K = new PackQ6K();
    private static final GroupPacking TQ2_0 = new PackTq20();
    private static final GroupPacking CODES32 = new PackCodes32();
    private static final GroupPacking CODES256 = new PackCodes256();

    /** Of ternary weights, for kernels that look up sums instead of multiplying. */
    public static final GroupPacking LOOKUP = new PackTq2Bytes();
    /** The formats that {@link #LOOKUP} packs. */
    public static final List<DType> TERNARY = List.of(DType.TQ1_0, DType.TQ2_0, DType.TQ2_F32);

    private static final Map<DType, PackFields> FIELDS = Arrays.stream(DType.values())
            .filter(type -> type.fields().isPresent())
            .collect(Collectors.toMap(type -> type, PackFields::new));

    private Packings() {}

    /**
     * The packing of a format.
     *
     * @throws IllegalArgumentException when the format is none of weights in memory
     */
    public static GroupPacking of(DType weights) {
        return switch (weights) {
            case F32 -> F32;
            case F16, BF16 -> HALVES;
            case Q4_0 -> Q4_0;
            case Q8_0 -> Q8_0;
            case Q4_K -> Q4_K;
            case Q6_K -> Q6_K;
            case TQ1_0, TQ2_0, TQ2_F32 -> TQ2_0;
            case Q4_1, Q5_0, Q5_1, IQ4_NL, MXFP4 -> CODES32;
            case Q2_K, Q3_K, Q5_K, IQ4_XS -> CODES256;
            case I2_S, I32, Q8_A32, Q8_A128, Q8_A256 ->
                throw new IllegalArgumentException(weights + " is no format of weights in memory");
            default -> fields(weights);
        };
    }

    /**
     * The packing of a format of N-bit integers.
     *
     * @throws IllegalArgumentException when the format has no {@link DType#fields}
     */
    public static PackFields fields(DType weights) {
        PackFields packing = FIELDS.get(weights);
        if (packing == null) {
            throw new IllegalArgumentException(weights + " has no groups of N-bit integers");
        }
        return packing;
    }
}

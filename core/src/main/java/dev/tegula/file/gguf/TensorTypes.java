package dev.tegula.file.gguf;

import dev.tegula.tensor.DType;
import java.util.Map;

/** Which tensor type numbers are read under which dialect, and what the others are called. */
final class TensorTypes {
    /** BitNet's number for I2_S, which is a retired format elsewhere. */
    static final int I2_S = 36;

    /** Numbers of ggml that Tegula does not read; "retired" ones were given up by ggml itself. */
    private static final Map<Integer, String> GGML = Map.ofEntries(Map.entry(4, "Q4_2, retired"),
            Map.entry(5, "Q4_3, retired"), Map.entry(9, "Q8_1"), Map.entry(15, "Q8_K"), Map.entry(16, "IQ2_XXS"),
            Map.entry(17, "IQ2_XS"), Map.entry(18, "IQ3_XXS"), Map.entry(19, "IQ1_S"), Map.entry(21, "IQ3_S"),
            Map.entry(22, "IQ2_S"), Map.entry(24, "I8"), Map.entry(25, "I16"), Map.entry(27, "I64"),
            Map.entry(28, "F64"), Map.entry(29, "IQ1_M"), Map.entry(31, "Q4_0_4_4, retired"),
            Map.entry(32, "Q4_0_4_8, retired"), Map.entry(33, "Q4_0_8_8, retired"),
            Map.entry(I2_S, "BitNet's I2_S, which needs a dialect (bitnet-x86 or bitnet-arm), or IQ4_NL_4_4, retired"),
            Map.entry(37, "IQ4_NL_4_8, retired"), Map.entry(38, "IQ4_NL_8_8, retired"), Map.entry(40, "NVFP4"),
            Map.entry(41, "Q1_0"), Map.entry(42, "Q2_0"));

    /** Numbers that BitNet's files use with another meaning than ggml's; 39 is MXFP4 there. */
    private static final Map<Integer, String> BITNET = Map.of(37, "BitNet's I8_S", 38, "BitNet's TL1", 39,
            "BitNet's TL2");

    private TensorTypes() {}

    /** The format with that number, or null when it is not read. */
    static DType find(int id, GgufDialect dialect) {
        if (dialect != GgufDialect.NONE) {
            if (id == I2_S) {
                return DType.I2_S;
            }
            if (BITNET.containsKey(id)) {
                return null;
            }
        }
        return DType.ofGgufId(id).orElse(null);
    }

    /** What a number that is not read is called, for example {@code 16 (IQ2_XXS)}. */
    static String describe(int id, GgufDialect dialect) {
        String name = dialect == GgufDialect.NONE ? GGML.get(id) : BITNET.getOrDefault(id, GGML.get(id));
        return Integer.toUnsignedString(id) + " (" + (name == null ? "no type known by that number" : name) + ")";
    }

    /** The number written for a format. */
    static int id(DType type) {
        return type == DType.I2_S ? I2_S : type.ggufId();
    }

    /**
     * Bytes of a whole tensor's data.
     *
     * @throws ArithmeticException when they exceed a {@code long}
     */
    static long bytes(DType type, long elements) {
        return type == DType.I2_S ? Math.addExact(type.bytes(elements), I2sBlocks.TAIL_BYTES) : type.bytes(elements);
    }
}

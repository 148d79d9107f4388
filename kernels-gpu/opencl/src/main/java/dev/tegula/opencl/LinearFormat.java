package dev.tegula.opencl;

import dev.tegula.kernel.Activations;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import dev.tegula.tile.Packings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A weight format as the kernels of linear layers see it. Formats that are packed alike share a source.
 *
 * @param type the format
 * @param source its decoding with the loops, for one row and for a tile of rows
 * @param a the first number that the decoding asks for
 * @param b the second
 */
record LinearFormat(DType type, Source source, int a, int b) {
    /** Rows of activations of a tile: a word of weights is decoded once for so many. */
    static final int TILE = 4;
    /** The kernels' names: for one row and for a tile of them. */
    static final String ONE = "linear_1";
    static final String MANY = "linear_" + TILE;

    /** All formats of weights. */
    static List<LinearFormat> all() {
        return Arrays.stream(DType.values()).map(LinearFormat::of).flatMap(Optional::stream).toList();
    }

    private static Optional<LinearFormat> of(DType type) {
        return Optional.ofNullable(switch (type) {
            case F32 -> floats(type, "W_F32");
            case F16 -> floats(type, "W_F16");
            case BF16 -> floats(type, "W_BF16");
            case Q8_0 -> quantized(type, "Q8_0", 0);
            case Q4_0 -> quantized(type, "Q4_0", 0);
            case Q4_1, Q5_1 -> quantized(type, "I8X32", 1);
            case Q5_0, IQ4_NL, MXFP4 -> quantized(type, "I8X32", 0);
            case Q4_K -> quantized(type, "Q4_K", 0);
            case Q6_K -> quantized(type, "Q6_K", 0);
            case Q2_K, Q5_K -> quantized(type, "I8X256", 1);
            case Q3_K, IQ4_XS -> quantized(type, "I8X256", 0);
            case TQ1_0, TQ2_0, TQ2_F32 -> quantized(type, "TQ2_0", 0);
            default -> type.fields().map(fields -> integers(type, fields)).orElse(null);
        });
    }

    private static LinearFormat floats(DType type, String weights) {
        return new LinearFormat(type, source(weights, "float_dot.cl", "#define WEIGHTS " + weights, "float_rows.cl"), 0,
                0);
    }

    private static LinearFormat quantized(DType type, String format, int hasMinimums) {
        return new LinearFormat(type, source(format, "q_dot.cl", "#define FORMAT " + format, "formats.cl"), hasMinimums,
                0);
    }

    private static LinearFormat integers(DType type, Fields fields) {
        String name = "FIELDS of " + fields.bits() + " bits";
        Source source = source(name, "q_dot.cl", "#define FORMAT FIELDS", "#define BITS " + fields.bits(),
                "#define GROUP " + fields.group(), "formats.cl");
        // Codes of 8 bits are packed signed, others less their least code.
        return new LinearFormat(type, source, fields.hasZero() ? 1 : 0, fields.bits() == 8 ? 0 : -fields.low());
    }

    /** The decoding, then twice the loops around it. */
    private static Source source(String name, String dot, String... decoding) {
        List<String> parts = new ArrayList<>(List.of("words.cl"));
        parts.addAll(List.of(decoding));
        for (int rows : new int[]{1, TILE}) {
            parts.addAll(List.of("#undef ROWS", "#define ROWS " + rows));
            for (String function : List.of("DOT", "BLOCK_SUMS", "CODE_SUMS", "FINISH", "LINEAR")) {
                parts.add("#undef " + function);
                parts.add("#define " + function + " " + function.toLowerCase(Locale.ROOT) + "_" + rows);
            }
            parts.addAll(List.of(dot, "linear.cl"));
        }
        return new Source("linear layers, " + name, parts);
    }

    /** The format of the activations. */
    DType activations() {
        return Activations.typeFor(type);
    }

    /** 32-bit words of a packed group of a matrix of so many columns. */
    long groupWords(int cols) {
        return Packings.of(type).groupBytes(type, cols) / Integer.BYTES;
    }
}

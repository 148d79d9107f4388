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
 * A weight format as the kernels of linear layers see it. Formats that are packed alike share sources.
 *
 * @param type the format
 * @param name by which messages know its sources
 * @param decoding parts of a source that decode it
 * @param a the first number that the decoding asks for
 * @param b the second
 */
record LinearFormat(DType type, String name, List<String> decoding, int a, int b) {
    /** Rows of activations of a tile: a word of weights is decoded once for so many. */
    static final int TILE = 4;
    /** The kernels' names: for one row and for a tile of them. */
    static final String ONE = "linear_1";
    static final String FEW = "linear_" + TILE;
    /** On GPUs, for as many rows as fill a tile of local memory, and what such a tile has of rows and of rows of weights. */
    static final String MANY = "linear_many";
    static final int TILE_X = 64;
    static final int TILE_W = 128;

    /** Copies the list. */
    LinearFormat {
        decoding = List.copyOf(decoding);
    }

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
        return new LinearFormat(type, weights, List.of("#define WEIGHTS " + weights, "float_rows.cl"), 0, 0);
    }

    private static LinearFormat quantized(DType type, String format, int minimums) {
        return new LinearFormat(type, format + (minimums == 0 ? "" : " with minimums"),
                List.of("#define FORMAT " + format, "#define MINIMUMS " + minimums, "formats.cl"), 0, 0);
    }

    private static LinearFormat integers(DType type, Fields fields) {
        List<String> decoding = List.of("#define FORMAT FIELDS", "#define BITS " + fields.bits(),
                "#define GROUP " + fields.group(), "formats.cl");
        // Codes of 8 bits are packed signed, others less their least code.
        return new LinearFormat(type, "FIELDS of " + fields.bits() + " bits", decoding, fields.hasZero() ? 1 : 0,
                fields.bits() == 8 ? 0 : -fields.low());
    }

    private boolean isFloat() {
        return activations() == DType.F32;
    }

    /** The decoding, twice the loops for few rows, and on GPUs those for many. */
    Source source(Shape shape) {
        List<String> parts = new ArrayList<>(List.of("words.cl"));
        parts.addAll(decoding);
        parts.add("finish.cl");
        if (shape.isGpu() && !isFloat()) {
            parts.add("dot4.cl");
        }
        for (int rows : new int[]{1, TILE}) {
            parts.addAll(List.of("#undef ROWS", "#define ROWS " + rows));
            for (String function : List.of("DOT", "BLOCK_SUMS", "CODE_SUMS", "PIECE_SUMS", "FINISH", "LINEAR")) {
                parts.add("#undef " + function);
                parts.add("#define " + function + " " + function.toLowerCase(Locale.ROOT) + "_" + rows);
            }
            parts.addAll(shape.isGpu()
                    ? List.of(isFloat() ? "float_few.cl" : "q_few.cl")
                    : List.of(isFloat() ? "float_dot.cl" : "q_dot.cl", "linear.cl"));
        }
        if (shape.isGpu()) {
            String integers = shape.features().contains(Shape.Feature.MMA) ? "tile_mma.cl" : "tile_dot.cl";
            parts.addAll(isFloat() ? List.of("float_tile.cl") : List.of("tile.cl", integers, "q_tile.cl"));
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

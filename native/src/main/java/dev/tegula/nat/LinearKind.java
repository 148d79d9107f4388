package dev.tegula.nat;

import dev.tegula.kernel.Activations;
import dev.tegula.tensor.DType;

/** The kinds of register tiles that linear layers have, by the blocks of their activations. */
enum LinearKind {
    /** Multiplies floats, for weights that are some. */
    FLOATS,
    /** Multiplies bytes, with an F32 scale per 32 or 128 of them. */
    BLOCKS32,
    /** Multiplies bytes, with integer scales of parts and one F32 scale per 256 of them. */
    BLOCKS256;

    /** The kind that multiplies weights of a format. */
    static LinearKind of(DType weights) {
        return switch (Activations.typeFor(weights).blockLength()) {
            case 1 -> FLOATS;
            case 256 -> BLOCKS256;
            default -> BLOCKS32;
        };
    }

    /** Its name in files and for people. */
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

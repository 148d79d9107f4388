package dev.tegula.nat;

import dev.tegula.tensor.DType;

/** The instruction sets that kernels are compiled for. */
enum Isa {
    /** AVX2 with FMA and F16C. */
    AVX2("AVX2, FMA and F16C", 1, 20, 16, 6, 4, 3),
    /** AVX2 with FMA, F16C and AVX-VNNI. */
    AVXVNNI("AVX-VNNI beside AVX2, FMA and F16C", 4, 21, 16, 6, 4, 3),
    /** AVX-512 F, BW, DQ, VL and VNNI. */
    AVX512("AVX-512 F, BW, DQ, VL and VNNI", 2, 22, 32, 12, 6, 6),
    /** AVX-512 as above, with the tiles of AMX-int8 for many rows. No test has run on such a CPU. */
    AMX("AMX-int8 beside AVX-512 F, BW, DQ, VL and VNNI", 8, 23, 32, 12, 16, 6),
    /** AArch64 with dot products of bytes; tested under emulation. */
    NEON("AArch64's NEON with dot products of bytes", 16, 18, 16, 6, 4, 3),
    /** AArch64 with matrix products of bytes; tested under emulation. */
    I8MM("AArch64's NEON with matrix products of bytes", 32, 19, 16, 6, 4, 4);

    private final String needs;
    private final int feature;
    private final int rank;
    private final int tileColumns;
    private final int floatRows;
    private final int blockRows;
    private final int superRows;

    Isa(String needs, int feature, int rank, int tileColumns, int floatRows, int blockRows, int superRows) {
        this.needs = needs;
        this.feature = feature;
        this.rank = rank;
        this.tileColumns = tileColumns;
        this.floatRows = floatRows;
        this.blockRows = blockRows;
        this.superRows = superRows;
    }

    /** The instructions, for people. */
    String needs() {
        return needs;
    }

    /** Whether its tests have run, on such a CPU or an emulated one; kernels that were only compiled are off unless asked for. */
    boolean isTested() {
        return this != AMX;
    }

    /**
     * Whether the CPU, told to take subnormals as zeros, judges what is subnormal after rounding, as x86 does and products of
     * BF16 with BF16 need it; AArch64 does before.
     */
    boolean flushesAfterRounding() {
        return this != NEON && this != I8MM;
    }

    /** Whether there are kernels with dot products of BF16, for those of its CPUs that have them. */
    boolean multipliesBf16() {
        return this == AVX512 || this == AMX;
    }

    /** The bit of the probe's answer (probe.c) that says the CPU has them. */
    int feature() {
        return feature;
    }

    /** Above the Vector API engine's 10; of a processor the wider set first. */
    int rank() {
        return rank;
    }

    /** The engine's name in kernel ids. */
    String engine() {
        return "nat-" + suffix();
    }

    /** The ending of C functions compiled for it. */
    String suffix() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Bytes of a vector in C; AArch64's are taken in pairs. */
    int vectorBytes() {
        return this == AVX512 || this == AMX ? 64 : 32;
    }

    /** Rows of activations that a register tile has at most, as linear_loops.h has them. */
    int tileRows(LinearKind kind) {
        return switch (kind) {
            case FLOATS -> floatRows;
            case BLOCKS32 -> blockRows;
            case BLOCKS256 -> superRows;
        };
    }

    /** Whether there is code for a tile of so many rows: the largest, or one for what is left over. */
    boolean hasTile(LinearKind kind, int rows) {
        int most = tileRows(kind);
        return rows == most || rows < most && (rows == 8 || rows == 4 || rows == 2 || rows == 1);
    }

    /** The same of linear layers that look up their products. */
    String lookupTile() {
        return "lut" + tileColumns + "x1";
    }

    /** Output columns by activation rows that linear layers keep in registers at most. */
    String linearTile(DType weights) {
        return tileColumns + "x" + tileRows(LinearKind.of(weights));
    }
}

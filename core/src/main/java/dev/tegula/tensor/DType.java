package dev.tegula.tensor;

import java.util.Arrays;
import java.util.Optional;

/**
 * A number format: how many elements a block holds and how many bytes it takes.
 *
 * <p>Elements of a row lie in blocks one after the other; a row is a whole number of blocks. The closed table of the
 * formats Tegula knows; ids are those of a GGUF file's tensor table (ggml's type numbers), and {@code -1} marks formats
 * without a number of their own there. Block layouts are described where each format is decoded.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
public enum DType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q2_K(10, 256, 84),
    Q3_K(11, 256, 110),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    IQ4_NL(20, 32, 18),
    IQ4_XS(23, 256, 136),
    BF16(30, 1, 2),
    TQ1_0(34, 256, 54),
    TQ2_0(35, 256, 66),
    MXFP4(39, 32, 17),
    /**
     * BitNet's ternary type, in files only, and read only under the dialect that states its byte layout, since files do not.
     * One scale for the whole tensor follows the blocks; in memory it is {@link #TQ2_F32}.
     */
    I2_S(-1, 128, 32),
    /** {@link #TQ2_0} with an F32 scale, in memory only: what an I2_S tensor is read as. */
    TQ2_F32(-1, 256, 68),
    /** 32-bit integers: token ids and positions. */
    I32(26, 1, 4),
    /**
     * Activations for weights of 32-element blocks, in memory only. A block: F32 scale, I32 sum of the 32 values, then
     * 32 int8 values in -127…127.
     */
    Q8_A32(-1, 32, 40),
    /**
     * Activations for weights of 256-element blocks, in memory only. A block: F32 scale, 16 I32 sums (of 16 values
     * each), then 256 int8 values in -127…127.
     */
    Q8_A256(-1, 256, 324);

    private static final DType[] BY_ID = byId();

    private final int ggufId;
    private final int blockLength;
    private final int blockBytes;

    DType(int ggufId, int blockLength, int blockBytes) {
        this.ggufId = ggufId;
        this.blockLength = blockLength;
        this.blockBytes = blockBytes;
    }

    /** The type number in a GGUF tensor table, or -1 when the format has no number of its own there. */
    public int ggufId() {
        return ggufId;
    }

    /** Elements per block, at least 1. */
    public int blockLength() {
        return blockLength;
    }

    /** Bytes per block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether elements share a block with others, so that a single one has no address of its own. */
    public boolean isBlocked() {
        return blockLength > 1;
    }

    /**
     * Bytes of {@code elements} consecutive elements that start at a block's border.
     *
     * @throws IllegalArgumentException when the count is negative or no whole number of blocks
     * @throws ArithmeticException when the result exceeds a {@code long}
     */
    public long bytes(long elements) {
        if (elements < 0 || elements % blockLength != 0) {
            throw new IllegalArgumentException(
                    elements + " elements of " + this + ": not a whole number of blocks of " + blockLength);
        }
        return Math.multiplyExact(elements / blockLength, blockBytes);
    }

    /** The format with the given GGUF type number, or nothing when Tegula does not know it. */
    public static Optional<DType> ofGgufId(long id) {
        return id < 0 || id >= BY_ID.length ? Optional.empty() : Optional.ofNullable(BY_ID[(int) id]);
    }

    private static DType[] byId() {
        DType[] table = new DType[Arrays.stream(values()).mapToInt(DType::ggufId).max().orElse(0) + 1];
        for (DType type : values()) {
            if (type.ggufId >= 0) {
                table[type.ggufId] = type;
            }
        }
        return table;
    }
}

package dev.tegula.tensor;

import java.util.HashMap;
import java.util.Map;
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
     * Activations for weights in groups of 128, in memory only. A block: F32 scale, 4 I32 sums (of 32 values each), then 128
     * int8 values in -127…127.
     */
    Q8_A128(-1, 128, 148),
    /**
     * Activations for weights of 256-element blocks, in memory only. A block: F32 scale, 16 I32 sums (of 16 values
     * each), then 256 int8 values in -127…127.
     */
    Q8_A256(-1, 256, 324),
    /** Two's complement codes of 1 to 8 bits, a scale for 32 elements: Tegula's own, see {@link Fields}. */
    INT1_G32(1, false, 32),
    INT2_G32(2, false, 32),
    INT3_G32(3, false, 32),
    INT4_G32(4, false, 32),
    INT5_G32(5, false, 32),
    INT6_G32(6, false, 32),
    INT7_G32(7, false, 32),
    INT8_G32(8, false, 32),
    INT1_G128(1, false, 128),
    INT2_G128(2, false, 128),
    INT3_G128(3, false, 128),
    INT4_G128(4, false, 128),
    INT5_G128(5, false, 128),
    INT6_G128(6, false, 128),
    INT7_G128(7, false, 128),
    INT8_G128(8, false, 128),
    UINT1_G32(1, true, 32),
    UINT2_G32(2, true, 32),
    UINT3_G32(3, true, 32),
    UINT4_G32(4, true, 32),
    UINT5_G32(5, true, 32),
    UINT6_G32(6, true, 32),
    UINT7_G32(7, true, 32),
    UINT8_G32(8, true, 32),
    UINT1_G128(1, true, 128),
    UINT2_G128(2, true, 128),
    UINT3_G128(3, true, 128),
    UINT4_G128(4, true, 128),
    UINT5_G128(5, true, 128),
    UINT6_G128(6, true, 128),
    UINT7_G128(7, true, 128),
    UINT8_G128(8, true, 128);

    private static final Map<Long, DType> BY_ID = byId();

    private final int ggufId;
    private final int blockLength;
    private final int blockBytes;
    private final Fields fields;

    DType(int ggufId, int blockLength, int blockBytes) {
        this.ggufId = ggufId;
        this.blockLength = blockLength;
        this.blockBytes = blockBytes;
        this.fields = null;
    }

    DType(int bits, boolean hasZero, int group) {
        this.fields = new Fields(bits, hasZero, group);
        this.ggufId = 0x5447_0000 | (hasZero ? 0x1000 : 0) | group << 4 | bits;
        this.blockLength = group;
        this.blockBytes = fields.bytes();
    }

    /**
     * The type number in a GGUF tensor table, or -1 when the format has no number of its own there. Those of Tegula's own
     * formats are far above ggml's: "TG" in the upper half, and 4096 for a zero point + 16 times the group + bits in the lower.
     */
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

    /** What a group of N-bit integers holds, for the formats that are no more than that. */
    public Optional<Fields> fields() {
        return Optional.ofNullable(fields);
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
        return Optional.ofNullable(BY_ID.get(id));
    }

    private static Map<Long, DType> byId() {
        Map<Long, DType> table = new HashMap<>();
        for (DType type : values()) {
            if (type.ggufId >= 0) {
                table.put((long) type.ggufId, type);
            }
        }
        return table;
    }
}

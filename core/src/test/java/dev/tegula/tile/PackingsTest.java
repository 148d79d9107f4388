package dev.tegula.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PackingsTest {
    private static final int ROWS = 29;

    /** Packed bytes stay what they are: weight caches hold them, and the kernels were written for them. */
    @ParameterizedTest
    @CsvSource({"F32, 4de7c308", "F16, 6f670966", "BF16, d16dc68b", "Q4_0, e777569c", "Q4_1, a2a7a08f",
        "Q5_0, f3b3199f",
        "Q5_1, f3089a8d", "Q8_0, 9e23952", "Q2_K, 88b6ab02", "Q3_K, 1cd81ad9", "Q4_K, 29dd7956", "Q5_K, a5d435f4",
        "Q6_K, 4dcc9e68", "IQ4_NL, 76c9cc28", "IQ4_XS, 2154fa19", "TQ1_0, 993bbcd1", "TQ2_0, af259ccf",
        "TQ2_F32, 210e84c",
        "MXFP4, 3156e46d"})
    void bytesAreThoseOfTheVersion(DType type, String crc) {
        int cols = type.blockLength() == 1 ? 70 : 3 * type.blockLength();
        try (Arena arena = Arena.ofConfined()) {
            CRC32 sum = new CRC32();
            sum.update(packed(arena, type, random(arena, type, cols), cols).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(crc, Long.toHexString(sum.getValue()));
        }
    }

    /** The digits of TQ1_0 become the codes of TQ2_0, so that one kernel serves both. */
    @Test
    void tq10IsPackedAsTq20() {
        int cols = 3 * 256;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = random(arena, DType.TQ1_0, cols);
            MemorySegment same = arena.allocate(ROWS * DType.TQ2_0.bytes(cols));
            Codes codes = new Codes();
            for (int b = 0; b < 3 * ROWS; b++) {
                long from = b * 54L;
                long to = b * 66L;
                Codecs.codes(DType.TQ1_0).unpack(src, from, codes);
                for (int i = 0; i < 256; i++) {
                    long at = to + i / 128 * 32 + i % 32;
                    int code = codes.q[i] + 1 << i / 32 % 4 * 2;
                    same.set(ValueLayout.JAVA_BYTE, at, (byte) (same.get(ValueLayout.JAVA_BYTE, at) | code));
                }
                MemorySegment.copy(src, from + 52, same, to + 64, 2);
            }
            for (GroupPacking packing : List.of(Packings.of(DType.TQ1_0), Packings.LOOKUP)) {
                assertEquals(-1, packed(arena, packing, DType.TQ1_0, src, cols)
                        .mismatch(packed(arena, packing, DType.TQ2_0, same, cols)));
            }
        }
    }

    static List<DType> ternary() {
        return Packings.TERNARY;
    }

    /** Bytes to look up by are those of the packing to multiply by, at places of their own; so are the scales. */
    @ParameterizedTest
    @MethodSource("ternary")
    void lookupHasTheSameBytesElsewhere(DType type) {
        int cols = 3 * 256;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment src = random(arena, type, cols);
            MemorySegment words = packed(arena, Packings.of(type), type, src, cols);
            MemorySegment bytes = packed(arena, Packings.LOOKUP, type, src, cols);
            assertEquals(words.byteSize(), bytes.byteSize());
            for (long unit = 0; unit < words.byteSize(); unit += PackTq20.UNIT_BYTES) {
                assertEquals(-1, words.asSlice(unit, PackTq20.CODES).mismatch(bytes.asSlice(unit, PackTq20.CODES)));
                for (int row = 0; row < 16; row++) {
                    for (int t = 0; t < 64; t++) {
                        assertEquals(
                                words.get(ValueLayout.JAVA_BYTE, unit + PackTq20.CODES + t / 4 * 64 + 4 * row + t % 4),
                                bytes.get(ValueLayout.JAVA_BYTE,
                                        unit + PackTq20.CODES + t * 16 + row % 4 * 4 + row / 4));
                    }
                }
            }
        }
    }

    static List<DType> fields() {
        return Arrays.stream(DType.values()).filter(type -> type.fields().isPresent()).toList();
    }

    /** Every code is where the layouts of its planes say, and every scale and zero point in its lane. */
    @ParameterizedTest
    @MethodSource("fields")
    void fieldsAreWhereTheirLayoutSays(DType type) {
        PackFields packing = Packings.fields(type);
        Fields fields = packing.fields();
        for (int cols : new int[]{type.blockLength(), 5 * type.blockLength()}) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment src = random(arena, type, cols);
                MemorySegment dst = packed(arena, type, src, cols);
                Codes codes = new Codes();
                for (int row = 0; row < ROWS; row++) {
                    for (int g = 0; g < cols / fields.group(); g++) {
                        long block = row * type.bytes(cols) + (long) g * type.blockBytes();
                        Codecs.codes(type).unpack(src, block, codes);
                        long group = row / 16 * packing.groupBytes(type, cols);
                        long lane = group + row % 16 * 4L;
                        assertEquals(src.get(ValueLayout.JAVA_SHORT_UNALIGNED, block),
                                dst.get(ValueLayout.JAVA_SHORT, lane + packing.scales(g) + g % 2 * 2));
                        int zero = 0;
                        if (fields.hasZero()) {
                            zero = dst.get(ValueLayout.JAVA_BYTE, lane + packing.zeros(cols) + g / 4 * 64 + g % 4)
                                    & 0xFF;
                        }
                        for (int i = 0; i < fields.group(); i++) {
                            int code = code(dst, group + packing.codes(cols), fields, row % 16, g * fields.group() + i);
                            assertEquals(codes.q[i], code + fields.low() - zero, type + " row " + row + " group " + g);
                        }
                    }
                }
            }
        }
    }

    /** The code of an element less the format's least, field by field from the planes. */
    private static int code(MemorySegment packed, long codes, Fields fields, int row, int k) {
        long words = codes + k / 32 * (long) fields.bits() * GroupPacking.LANE_BYTES;
        int code = 0;
        int at = 0;
        for (int width = 8; width > 0; width /= 2) {
            if ((fields.bits() & width) != 0) {
                int field = Fields.get(packed, words, PackFields.plane(width).at(row, k % 32), width);
                code |= (width == 8 ? field ^ 0x80 : field) << at;
                at += width;
                words += (long) width * GroupPacking.LANE_BYTES;
            }
        }
        return code;
    }

    @Test
    void planesFillTheirWords() {
        for (int width = 1; width <= 8; width *= 2) {
            TileLayout plane = PackFields.plane(width);
            assertEquals(TileShape.of(16, 32), plane.shape());
            assertEquals(16 * 32, TileLayout.of(plane, TileLayout.mode(width, 1)).size() / width);
            long[] bits = LongStream.range(0, 16 * 32 * width)
                    .map(TileLayout.of(TileLayout.mode(width, 1), plane)::offset)
                    .sorted()
                    .toArray();
            for (int i = 0; i < bits.length; i++) {
                assertEquals(i, bits[i]);
            }
        }
        assertEquals("(16,(4,4,2)):(32,(8,512,4))", PackFields.plane(4).toString());
        assertEquals("(16,(4,8)):(32,(8,1))", PackFields.plane(1).toString());
    }

    private static MemorySegment random(Arena arena, DType type, int cols) {
        byte[] bytes = new byte[(int) (ROWS * type.bytes(cols))];
        new Random(type.ordinal()).nextBytes(bytes);
        return arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    }

    private static MemorySegment packed(Arena arena, DType type, MemorySegment src, int cols) {
        return packed(arena, Packings.of(type), type, src, cols);
    }

    private static MemorySegment packed(Arena arena, GroupPacking packing, DType type, MemorySegment src, int cols) {
        MemorySegment dst = arena.allocate(packing.bytes(type, ROWS, cols), 64);
        dst.fill((byte) 0x5A);
        for (int row = 0; row < ROWS; row += GroupPacking.ROWS) {
            packing.packGroup(type, cols, Math.min(GroupPacking.ROWS, ROWS - row), src, row * type.bytes(cols), dst,
                    row / GroupPacking.ROWS * packing.groupBytes(type, cols));
        }
        return dst;
    }
}

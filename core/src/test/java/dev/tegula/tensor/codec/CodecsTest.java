package dev.tegula.tensor.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every decoder against an independent one, and every integer view against its decoder. */
class CodecsTest {

    static List<DType> decoded() {
        return Arrays.stream(DType.values())
                .filter(t -> t == DType.TQ2_F32 || t != DType.I32 && t.ggufId() >= 0 && t.fields().isEmpty())
                .toList();
    }

    static List<DType> quantized() {
        return decoded().stream().filter(Codecs::hasCodes).toList();
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void decodesAsTheReference(DType type) throws IOException {
        BlockDecoder decoder = Codecs.decoder(type);
        assertEquals(type, decoder.type());
        for (Golden golden : Golden.of(type)) {
            int blocks = golden.values().length / type.blockLength();
            assertEquals(type.bytes(golden.values().length), golden.bytes().length);
            float[] values = new float[golden.values().length + 2];
            decoder.decode(golden.segment(), 0, values, 1, blocks);
            assertArrayEquals(Golden.bits(golden.values()), Golden.bits(Arrays.copyOfRange(values, 1,
                    values.length - 1)));
            assertEquals(0, values[0]);
            assertEquals(0, values[values.length - 1]);
        }
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void decodesManyBlocksAtOddOffsetsOfNativeMemory(DType type) throws IOException {
        List<Golden> all = Golden.of(type);
        try (Arena arena = Arena.ofConfined()) {
            int bytes = all.stream().mapToInt(g -> g.bytes().length).sum();
            int values = all.stream().mapToInt(g -> g.values().length).sum();
            MemorySegment src = arena.allocate(bytes + 3);
            MemorySegment dst = arena.allocate(4L * values + 8);
            float[] expected = new float[values];
            int at = 0;
            int n = 0;
            for (Golden golden : all) {
                MemorySegment.copy(golden.bytes(), 0, src, ValueLayout.JAVA_BYTE, 3 + at, golden.bytes().length);
                System.arraycopy(golden.values(), 0, expected, n, golden.values().length);
                at += golden.bytes().length;
                n += golden.values().length;
            }
            Codecs.decoder(type).decode(src, 3, dst, 4, values / type.blockLength());
            assertArrayEquals(Golden.bits(expected), Golden.bits(Golden.read(dst.asSlice(4, 4L * values))));
            assertEquals(0, dst.get(ValueLayout.JAVA_INT, 0));
            assertEquals(0, dst.get(ValueLayout.JAVA_INT, 4L * values + 4));
        }
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void theIntegersGiveTheSameBits(DType type) throws IOException {
        BlockCodes codes = Codecs.codes(type);
        Codes block = new Codes();
        Arrays.fill(block.scale, 99);
        Arrays.fill(block.min, 99);
        for (Golden golden : Golden.of(type)) {
            codes.unpack(golden.segment(), 0, block);
            assertEquals(type.blockLength(), block.length);
            assertEquals(codes.subBlockLength(), block.subBlockLength);
            float[] values = new float[block.length];
            for (int i = 0; i < block.length; i++) {
                values[i] = block.value(i);
            }
            assertArrayEquals(Golden.bits(golden.values()), Golden.bits(values));
            if (!codes.hasMins()) {
                assertEquals(0, block.dmin);
                assertEquals(0, Arrays.stream(block.min, 0, block.subBlocks()).sum());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void refusesWhatLiesOutside(DType type) {
        BlockDecoder decoder = Codecs.decoder(type);
        MemorySegment src = MemorySegment.ofArray(new byte[2 * type.blockBytes()]);
        MemorySegment dst = MemorySegment.ofArray(new float[2 * type.blockLength()]);
        decoder.decode(src, 0, dst, 0, 2);
        decoder.decode(src, src.byteSize(), dst, dst.byteSize(), 0);
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(src, 1, dst, 0, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(src, -1, dst, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(src, 0, dst, 4, 2));
        assertThrows(IllegalArgumentException.class, () -> decoder.decode(src, 0, dst, 0, -1));
        assertThrows(ArithmeticException.class, () -> decoder.decode(src, 0, dst, 0, Long.MAX_VALUE));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(src, 0, new float[1], 2, 0));
    }

    @ParameterizedTest
    @MethodSource("quantized")
    void unpackRefusesABlockThatIsCutOff(DType type) {
        MemorySegment src = MemorySegment.ofArray(new byte[type.blockBytes()]);
        Codes block = new Codes();
        Codecs.codes(type).unpack(src, 0, block);
        assertThrows(IndexOutOfBoundsException.class, () -> Codecs.codes(type).unpack(src, 1, block));
    }

    @Test
    void theTableIsClosed() {
        assertThrows(IllegalArgumentException.class, () -> Codecs.decoder(DType.I32));
        assertThrows(IllegalArgumentException.class, () -> Codecs.codes(DType.F16));
        assertFalse(Codecs.hasCodes(DType.F32));
        assertFalse(Codecs.hasDecoder(DType.I2_S), "its scale is no part of a block");
        for (DType type : decoded()) {
            assertTrue(Codecs.hasDecoder(type), type.name());
            assertEquals(type.isBlocked(), Codecs.hasCodes(type), type.name());
        }
    }
}

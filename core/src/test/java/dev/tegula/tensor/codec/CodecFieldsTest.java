package dev.tegula.tensor.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The formats of N-bit integers against codes taken from one large number. */
class CodecFieldsTest {
    static List<DType> formats() {
        return Arrays.stream(DType.values()).filter(type -> type.fields().isPresent()).toList();
    }

    @Test
    void thereAreAllWidthsSignedAndUnsignedInGroupsOf32And128() {
        assertEquals(32, formats().size());
        for (DType type : formats()) {
            Fields fields = type.fields().orElseThrow();
            assertEquals((fields.hasZero() ? "UINT" : "INT") + fields.bits() + "_G" + fields.group(), type.name());
            assertEquals(fields.group(), type.blockLength());
            assertEquals((fields.hasZero() ? 3 : 2) + fields.group() * fields.bits() / 8, type.blockBytes());
        }
        assertEquals(0x5447_0204, DType.INT4_G32.ggufId());
        assertEquals(0x5447_1803, DType.UINT3_G128.ggufId());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void codesAreTheFieldsOfOneNumber(DType type) {
        Fields fields = type.fields().orElseThrow();
        byte[] group = new byte[type.blockBytes()];
        Random random = new Random(type.ordinal());
        for (int trial = 0; trial < 20; trial++) {
            random.nextBytes(group);
            group[0] = 0;
            group[1] = 0x38; // 0.5
            byte[] bigEndian = new byte[group.length - fields.codes() + 1];
            for (int i = fields.codes(); i < group.length; i++) {
                bigEndian[group.length - i] = group[i];
            }
            BigInteger number = new BigInteger(bigEndian);
            Codes codes = new Codes();
            Codecs.codes(type).unpack(MemorySegment.ofArray(group), 0, codes);
            float[] values = new float[type.blockLength()];
            Codecs.decoder(type).decode(MemorySegment.ofArray(group), 0, values, 0, 1);
            for (int i = 0; i < type.blockLength(); i++) {
                int code = number.shiftRight(i * fields.bits()).intValue() & (1 << fields.bits()) - 1;
                int right = fields.hasZero()
                        ? code - (group[2] & 0xFF)
                        : code >= 1 << fields.bits() - 1 ? code - (1 << fields.bits()) : code;
                assertEquals(right, codes.q[i]);
                assertEquals(0.5f * right, values[i]);
                assertEquals(codes.value(i), values[i]);
                assertTrue(fields.hasZero() || right >= fields.low() && right <= fields.high());
            }
        }
    }

    @Test
    void fieldsCrossBytesAndLeaveTheirNeighbours() {
        Random random = new Random(5);
        for (int bits = 1; bits <= 8; bits++) {
            byte[] bytes = new byte[1 + bits * 4];
            random.nextBytes(bytes);
            MemorySegment memory = MemorySegment.ofArray(bytes);
            int[] values = new int[32];
            for (int i = 0; i < 32; i++) {
                values[i] = Fields.get(memory, 1, (long) i * bits, bits);
            }
            for (int change = 0; change < 200; change++) {
                int i = random.nextInt(32);
                values[i] = random.nextInt(1 << bits);
                Fields.set(memory, 1, (long) i * bits, bits, values[i] | -1 << bits);
                for (int j = 0; j < 32; j++) {
                    assertEquals(values[j], Fields.get(memory, 1, (long) j * bits, bits));
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new Fields(9, false, 32));
        assertThrows(IllegalArgumentException.class, () -> new Fields(4, false, 12));
    }
}

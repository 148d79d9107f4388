package dev.tegula.tensor.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scales that are zero, subnormal, infinite or NaN, and codes that no encoder writes. */
class SpecialValuesTest {

    private static final int F16_NAN = 0x7E00;
    private static final int F16_INF = 0x7C00;

    /** Where each format with an F16 scale has it. */
    private static final Map<DType, Integer> SCALE_AT = Map.ofEntries(Map.entry(DType.Q4_0, 0),
            Map.entry(DType.Q4_1, 0),
            Map.entry(DType.Q5_0, 0), Map.entry(DType.Q5_1, 0), Map.entry(DType.Q8_0, 0), Map.entry(DType.Q2_K, 80),
            Map.entry(DType.Q3_K, 108), Map.entry(DType.Q4_K, 0), Map.entry(DType.Q5_K, 0), Map.entry(DType.Q6_K, 208),
            Map.entry(DType.IQ4_NL, 0), Map.entry(DType.IQ4_XS, 0), Map.entry(DType.TQ1_0, 52),
            Map.entry(DType.TQ2_0, 64));

    static List<DType> scaled() {
        return SCALE_AT.keySet().stream().sorted().toList();
    }

    private static float[] decode(DType type, byte[] block) {
        float[] values = new float[type.blockLength()];
        Codecs.decoder(type).decode(MemorySegment.ofArray(block), 0, values, 0, 1);
        return values;
    }

    private static byte[] random(DType type, int scaleBits) {
        byte[] block = new byte[type.blockBytes()];
        new Random(type.ordinal()).nextBytes(block);
        for (DType withOffset : List.of(DType.Q4_1, DType.Q5_1, DType.Q4_K, DType.Q5_K, DType.Q2_K)) {
            if (withOffset == type) {
                putF16(block, SCALE_AT.get(type) + 2, 0);
            }
        }
        putF16(block, SCALE_AT.get(type), scaleBits);
        return block;
    }

    private static void putF16(byte[] block, int at, int bits) {
        block[at] = (byte) bits;
        block[at + 1] = (byte) (bits >> 8);
    }

    @ParameterizedTest
    @MethodSource("scaled")
    void aScaleOfNaNMakesTheBlockNaN(DType type) {
        for (float value : decode(type, random(type, F16_NAN))) {
            assertTrue(Float.isNaN(value));
        }
    }

    @ParameterizedTest
    @MethodSource("scaled")
    void anInfiniteScaleGivesInfinitiesAndNaN(DType type) {
        float[] ones = decode(type, random(type, 0x3C00));
        float[] values = decode(type, random(type, F16_INF));
        for (int i = 0; i < values.length; i++) {
            assertEquals(ones[i] * Float.POSITIVE_INFINITY, values[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("scaled")
    void aSubnormalScaleIsHonoured(DType type) {
        float[] ones = decode(type, random(type, 0x3C00));
        float[] values = decode(type, random(type, 1));
        for (int i = 0; i < values.length; i++) {
            assertEquals(ones[i] * 0x1p-24f, values[i]);
        }
    }

    @ParameterizedTest
    @MethodSource("scaled")
    void aBlockOfZeroBytesIsZero(DType type) {
        for (float value : decode(type, new byte[type.blockBytes()])) {
            assertEquals(0f, Math.abs(value));
        }
    }

    @Test
    void code3OfTq20IsTwiceTheScale() {
        byte[] block = new byte[DType.TQ2_0.blockBytes()];
        Arrays.fill(block, 0, 64, (byte) 0b11_10_01_00);
        putF16(block, 64, 0x3E00);
        float[] values = decode(DType.TQ2_0, block);
        for (int i = 0; i < 256; i++) {
            assertEquals(1.5f * (i / 32 % 4 - 1), values[i]);
        }
    }

    @Test
    void everyByteOfTq10DecodesToTernaryDigits() {
        for (int packed = 0; packed < 256; packed++) {
            byte[] block = new byte[DType.TQ1_0.blockBytes()];
            Arrays.fill(block, 0, 52, (byte) packed);
            putF16(block, 52, 0x3C00);
            float[] values = decode(DType.TQ1_0, block);
            int number = 0;
            for (int n = 0; n < 5; n++) {
                assertTrue(Math.abs(values[32 * n]) <= 1);
                assertEquals(values[32 * n], values[160 + 16 * n]);
                number = number * 3 + (int) values[32 * n] + 1;
            }
            assertEquals(packed * 243 / 256, number, "the byte is a fraction of 256, the digits those of 243");
        }
    }

    @Test
    void theMxScaleCoversAllExponentsAndNaN() {
        byte[] block = new byte[DType.MXFP4.blockBytes()];
        block[1] = 0x12;
        for (int e = 0; e < 255; e++) {
            block[0] = (byte) e;
            float[] values = decode(DType.MXFP4, block);
            assertEquals((float) Math.scalb(1.0, e - 127), values[0], "E2M1 code 2 is 1");
            assertEquals((float) Math.scalb(1.0, e - 128), values[16], "E2M1 code 1 is a half");
            assertEquals(0f, values[1]);
        }
        block[0] = (byte) 255;
        for (float value : decode(DType.MXFP4, block)) {
            assertTrue(Float.isNaN(value));
        }
    }

    @Test
    void zerosOfEitherSignSurvive() {
        byte[] block = {0, 0, 0, (byte) 0x80};
        float[] values = new float[2];
        for (DType type : List.of(DType.F16, DType.BF16)) {
            Codecs.decoder(type).decode(MemorySegment.ofArray(block), 0, values, 0, 2);
            assertEquals(0, Float.floatToRawIntBits(values[0]));
            assertEquals(0x80000000, Float.floatToRawIntBits(values[1]));
            assertFalse(Float.isNaN(values[1]));
        }
    }
}

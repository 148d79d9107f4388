package dev.tegula.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** F16 and BF16: exact one way, round-to-nearest-even the other. */
class HalfFloatsTest {

    /** The value of a binary format by its definition, in double. */
    private static double value(int bits, int exponentBits, int fractionBits) {
        int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
        double fraction = bits & (1 << fractionBits) - 1;
        int bias = (1 << exponentBits - 1) - 1;
        double sign = bits >> exponentBits + fractionBits == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb(fraction, 1 - bias - fractionBits)
                : sign * Math.scalb(fraction + (1 << fractionBits), exponent - bias - fractionBits);
    }

    @Test
    void allBitsMeanWhatTheFormatSaysAndComeBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float f16 = F16.toF32((short) bits);
            float bf16 = Bf16.toF32((short) bits);
            assertEquals(value(bits, 5, 10), f16);
            assertEquals(value(bits, 8, 7), bf16);
            if (!Float.isNaN(f16)) {
                assertEquals((short) bits, F16.ofF32(f16));
            }
            if (!Float.isNaN(bf16)) {
                assertEquals((short) bits, Bf16.ofF32(bf16));
            }
        }
    }

    @Test
    void tiesGoToEvenAndNeighboursToTheNearest() {
        // All positive finite values but the largest: halfway to the next, and one F32 step to both sides of halfway.
        for (int bits = 0; bits < 0x7F7F; bits++) {
            float half = (float) ((value(bits, 8, 7) + value(bits + 1, 8, 7)) / 2);
            assertRounds(bits, half, Bf16.ofF32(half), Bf16.ofF32(Math.nextDown(half)), Bf16.ofF32(Math.nextUp(half)));
        }
        for (int bits = 0; bits < 0x7BFF; bits++) {
            float half = (float) ((value(bits, 5, 10) + value(bits + 1, 5, 10)) / 2);
            assertRounds(bits, half, F16.ofF32(half), F16.ofF32(Math.nextDown(half)), F16.ofF32(Math.nextUp(half)));
        }
    }

    private static void assertRounds(int bits, float half, short tie, short below, short above) {
        assertEquals(bits + (bits & 1), tie, () -> new BigDecimal(half) + " is a tie");
        assertEquals(bits, below);
        assertEquals(bits + 1, above);
    }

    @Test
    void whatIsTooLargeBecomesInfinite() {
        assertEquals(Float.POSITIVE_INFINITY, Bf16.toF32(Bf16.ofF32(Float.MAX_VALUE)));
        assertEquals(Float.NEGATIVE_INFINITY, Bf16.toF32(Bf16.ofF32(-Float.MAX_VALUE)));
        assertEquals(Float.POSITIVE_INFINITY, F16.toF32(F16.ofF32(65520f)));
        assertEquals(F16.MAX_VALUE, F16.toF32(F16.ofF32(65519f)));
        assertEquals(F16.MIN_VALUE, F16.toF32((short) 1));
    }

    @Test
    void everyNaNStaysNaNWithItsSign() {
        Random random = new Random(1);
        int[] payloads = {1, 0x7FFFFF, 0x400000, 0x3FFFFF, 0x7FFF, 0x8000};
        for (int i = 0; i < 1000; i++) {
            int payload = i < payloads.length ? payloads[i] : 1 + random.nextInt(0x7FFFFF);
            for (int sign : new int[]{0, 0x80000000}) {
                float nan = Float.intBitsToFloat(sign | 0x7F800000 | payload);
                assertTrue(Float.isNaN(Bf16.toF32(Bf16.ofF32(nan))));
                assertTrue(Float.isNaN(F16.toF32(F16.ofF32(nan))));
                assertEquals(sign >>> 31, Bf16.ofF32(nan) >> 15 & 1);
            }
        }
    }
}

package dev.tegula.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All codes, and the rounding of values on and around every number and every midpoint. */
class SmallFloatTest {
    @Test
    void codesHaveTheNumbersOfTheSpecifications() {
        float[] e2m1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
        for (int code = 0; code < 8; code++) {
            assertEquals(e2m1[code], SmallFloat.E2M1.toF32(code));
            assertEquals(-e2m1[code], SmallFloat.E2M1.toF32(code | 8));
            assertEquals((int) (2 * e2m1[code]), SmallFloat.twiceE2m1(code));
            assertEquals((int) (-2 * e2m1[code]), SmallFloat.twiceE2m1(code | 8));
        }
        for (int code = 0; code < 256; code++) {
            // E5M2 is the upper byte of an F16.
            assertEquals(Float.float16ToFloat((short) (code << 8)), SmallFloat.E5M2.toF32(code));
        }
        assertEquals(0x1p-9f, SmallFloat.E4M3.toF32(1));
        assertEquals(0x1p-6f, SmallFloat.E4M3.toF32(8));
        assertEquals(1f, SmallFloat.E4M3.toF32(0x38));
        assertEquals(448f, SmallFloat.E4M3.toF32(0x7E));
        assertTrue(Float.isNaN(SmallFloat.E4M3.toF32(0x7F)));
        assertTrue(Float.isNaN(SmallFloat.E4M3.toF32(0xFF)));
        assertEquals(Float.NEGATIVE_INFINITY, SmallFloat.E5M2.toF32(0xFC));
    }

    @ParameterizedTest
    @EnumSource(SmallFloat.class)
    void roundsToTheNearestWithTiesToEven(SmallFloat type) {
        int sign = 1 << type.bits() - 1;
        int last = type.ofF32(type.largest());
        assertEquals(type.largest(), type.toF32(last));
        for (int code = 0; code <= last; code++) {
            float value = type.toF32(code);
            check(type, sign, code, value);
            if (code < last) {
                float middle = (value + type.toF32(code + 1)) / 2;
                check(type, sign, code + (code & 1), middle);
                check(type, sign, code, Math.nextDown(middle));
                check(type, sign, code + 1, Math.nextUp(middle));
            }
        }
        for (float beyond : new float[]{Math.nextUp(type.largest()), Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            check(type, sign, last, beyond);
        }
        check(type, sign, 0, Float.MIN_VALUE);
    }

    private static void check(SmallFloat type, int sign, int code, float value) {
        assertEquals(code, type.ofF32(value), type + " " + value);
        assertEquals(code | sign, type.ofF32(-value), type + " " + -value);
    }

    @Test
    void nanStaysNanWhereThereIsOne() {
        assertTrue(Float.isNaN(SmallFloat.E4M3.toF32(SmallFloat.E4M3.ofF32(Float.NaN))));
        assertTrue(Float.isNaN(SmallFloat.E5M2.toF32(SmallFloat.E5M2.ofF32(Float.NaN))));
        assertThrows(IllegalArgumentException.class, () -> SmallFloat.E2M1.ofF32(Float.NaN));
    }
}

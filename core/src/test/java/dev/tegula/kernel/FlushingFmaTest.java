package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FlushingFmaTest {
    private static final float NORMAL = Float.MIN_NORMAL;

    @Test
    void subnormalInputsAndResultsAreZerosOfTheirSign() {
        bits(0f, FloatMath.flushingFma(Float.MIN_VALUE, 1f, 0f));
        bits(-0f, FloatMath.flushingFma(-Float.MIN_VALUE, 1f, -0f));
        bits(0f, FloatMath.flushingFma(0x1p-100f, 0x1p-40f, 0f));
        bits(-0f, FloatMath.flushingFma(-0x1p-100f, 0x1p-40f, 0f));
        bits(1f, FloatMath.flushingFma(1f, Float.MIN_VALUE, 1f));
        bits(NORMAL, FloatMath.flushingFma(0x1p-63f, 0x1p-63f, 0f));
        bits(0f, FloatMath.flushingFma(1f, -NORMAL, 1.5f * NORMAL));
    }

    @Test
    void tinyIsJudgedAfterRoundingTo24Bits() {
        // 2^-126 (1 - 2^-25) is half way to the next number of 24 bits below and goes to the even 2^-126.
        bits(NORMAL, FloatMath.flushingFma(-0x1p-75f, 0x1p-76f, NORMAL));
        // 2^-126 (1 - 1.5 * 2^-25) rounds to 2^-126 (1 - 2^-24), although it is nearest to 2^-126 among all floats.
        bits(0f, FloatMath.flushingFma(-0x1.8p-75f, 0x1p-76f, NORMAL));
        bits(-0f, FloatMath.flushingFma(0x1.8p-75f, 0x1p-76f, -NORMAL));
    }

    @Test
    void isTheExactSumRoundedOnce() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            float a = near(random, -63);
            float b = near(random, -63);
            float c = near(random, -126);
            BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(flushed(c)));
            bits(reference(exact), FloatMath.flushingFma(a, b, c) + 0f);
        }
    }

    private static float near(SplittableRandom random, int exponent) {
        float value = (random.nextInt(1 << 8) + (1 << 8)) * 0x1p-8f * Math.scalb(1f, exponent + random.nextInt(3) - 1);
        return random.nextBoolean() ? value : -value;
    }

    private static float flushed(float x) {
        return Math.abs(x) < NORMAL ? 0f : x;
    }

    /** Rounds to 24 bits whatever the exponent, then flushes. */
    private static float reference(BigDecimal exact) {
        if (exact.signum() == 0) {
            return 0f;
        }
        // Scaled by 2^100 every number here is a normal float, so that its conversion rounds to 24 bits.
        float scaled = exact.multiply(BigDecimal.TWO.pow(100))
                .round(new MathContext(60, RoundingMode.HALF_EVEN))
                .floatValue();
        return Math.abs(scaled) < 0x1p-26f ? 0f : scaled * 0x1p-100f;
    }

    private static void bits(float expected, float actual) {
        assertEquals(Integer.toHexString(Float.floatToRawIntBits(expected)),
                Integer.toHexString(Float.floatToRawIntBits(actual)));
    }
}

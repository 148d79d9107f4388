package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Every function against {@link StrictMath} in double, sampled in every exponent of both signs. */
class FloatMathTest {
    private static final int SAMPLES_PER_EXPONENT = 400;

    @FunctionalInterface
    private interface Function {
        float apply(float x);
    }

    @Test
    void expIsWithinOneUlp() {
        double worst = worst(FloatMath::exp, StrictMath::exp, -103.9, 89, 0);
        assertTrue(worst <= 1.0, "worst " + worst + " ulp");
    }

    @Test
    void tanhIsWithinTwoUlp() {
        double worst = worst(FloatMath::tanh, StrictMath::tanh, -1e38, 1e38, 0);
        assertTrue(worst <= 2.0, "worst " + worst + " ulp");
    }

    @Test
    void siluIsWithinThreeUlp() {
        double worst = worst(FloatMath::silu, x -> x / (1 + StrictMath.exp(-x)), -87, 1e38, 0);
        assertTrue(worst <= 3.0, "worst " + worst + " ulp");
    }

    @Test
    void geluIsWithinItsBounds() {
        double near = worst(FloatMath::gelu, FloatMathTest::gelu, -1, 1e38, 0);
        assertTrue(near <= 4.0, "worst " + near + " ulp for x >= -1");
        double far = worst(FloatMath::gelu, FloatMathTest::gelu, -9, -1, 4);
        assertTrue(far <= 4.0, "worst " + far + " ulp beyond the exponent's own error");
    }

    @Test
    void specialValues() {
        assertEquals(1f, FloatMath.exp(0f));
        assertEquals(1f, FloatMath.exp(-0f));
        assertEquals(0f, FloatMath.exp(Float.NEGATIVE_INFINITY));
        assertEquals(0f, FloatMath.exp(-1e30f));
        assertEquals(Float.POSITIVE_INFINITY, FloatMath.exp(Float.POSITIVE_INFINITY));
        assertEquals(Float.POSITIVE_INFINITY, FloatMath.exp(88.8f));
        assertEquals(Float.MIN_VALUE, FloatMath.exp(-103.2f));
        assertEquals(1f, FloatMath.tanh(Float.POSITIVE_INFINITY));
        assertEquals(-1f, FloatMath.tanh(Float.NEGATIVE_INFINITY));
        assertEquals(-0f, FloatMath.tanh(-0f));
        assertEquals(0f, FloatMath.relu2(-3f));
        assertEquals(9f, FloatMath.relu2(3f));
        assertEquals(-0f, FloatMath.silu(-0f));
        assertEquals(Float.POSITIVE_INFINITY, FloatMath.gelu(Float.POSITIVE_INFINITY));
        for (Activation activation : Activation.values()) {
            assertTrue(Float.isNaN(FloatMath.apply(activation, Float.NaN)), activation + " of NaN");
        }
        assertTrue(Float.isNaN(FloatMath.exp(Float.NaN)) && Float.isNaN(FloatMath.tanh(Float.NaN)));
    }

    private static double gelu(double x) {
        return x / (1 + StrictMath.exp(-2 * StrictMath.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    /**
     * Largest error in ulp for inputs between two limits; {@code slack} times |x|³ ulp are forgiven, which is what
     * rounding the exponent's argument costs.
     */
    private static double worst(Function function, DoubleUnaryOperator exact, double low, double high, double slack) {
        SplittableRandom random = new SplittableRandom(1);
        double worst = 0;
        for (int exponent = 0; exponent < 255; exponent++) {
            for (int i = 0; i < SAMPLES_PER_EXPONENT; i++) {
                int bits = exponent << 23 | random.nextInt(1 << 23) | (i & 1) << 31;
                float x = Float.intBitsToFloat(bits);
                if (x < low || x > high) {
                    continue;
                }
                double right = exact.applyAsDouble(x);
                if (Math.abs(right) > Float.MAX_VALUE) {
                    continue;
                }
                double error = Math.abs(function.apply(x) - right) / Math.ulp((float) right);
                worst = Math.max(worst, slack == 0 ? error : error - slack * Math.abs(x * x * (double) x));
            }
        }
        return worst;
    }
}

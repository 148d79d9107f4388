package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.RopeScaling;
import org.junit.jupiter.api.Test;

class ModelSpecTest {
    private static ModelSpec spec(int heads, int kvHeads, int headSize, int ropeDims) {
        return new ModelSpec("llama", 2, 64, 128, heads, kvHeads, headSize, 100, 32, 1e-5f, ropeDims, true,
                RopeScaling.none(10000), 0, Activation.SILU);
    }

    @Test
    void widthsFollowFromHeads() {
        assertEquals(64, spec(4, 2, 16, 16).queryWidth());
        assertEquals(32, spec(4, 2, 16, 16).kvWidth());
    }

    @Test
    void nonsenseIsRefusedByName() {
        assertMessage("attention.key_length: 63: must be even", () -> spec(4, 2, 63, 16));
        assertMessage("attention.key_length: 2048: must be 2 … 1024", () -> spec(4, 2, 2048, 16));
        assertMessage("rope.dimension_count: 15: must be even", () -> spec(4, 2, 16, 15));
        assertMessage("attention.head_count_kv: 3: must divide the 4 heads", () -> spec(4, 3, 16, 16));
    }

    @Test
    void whatRaisedLimitsOfAFileAllowIsNoNonsense() {
        ModelSpec deep = new ModelSpec("llama", 5000, 64, 128, 4, 2, 16, 5 << 20, 32, 1e-5f, 16, true,
                RopeScaling.none(10000), 0, Activation.SILU);
        assertEquals(5000, deep.layers());
    }

    private static void assertMessage(String expected, Runnable construction) {
        String message = assertThrows(IllegalArgumentException.class, construction::run).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void linearScalingDividesEveryAngle() {
        double[] plain = RopeScaling.none(10000).frequencies(8);
        double[] linear = new RopeScaling(RopeScaling.Kind.LINEAR, 10000, 4, 0, 0, 0, 1).frequencies(8);
        assertArrayEquals(new double[]{1, 0.1, 0.01, 0.001}, plain, 1e-15);
        assertArrayEquals(new double[]{0.25, 0.025, 0.0025, 0.00025}, linear, 1e-15);
    }

    /** YaRN's own end points: pairs that turn often keep their angle, those that hardly turn are divided, others between. */
    @Test
    void yarnKeepsFastPairsAndDividesSlowOnes() {
        RopeScaling yarn = new RopeScaling(RopeScaling.Kind.YARN, 10000, 8, 2048, 32, 1, 1);
        double[] plain = RopeScaling.none(10000).frequencies(128);
        double[] scaled = yarn.frequencies(128);
        assertEquals(plain[0], scaled[0], 0);
        assertEquals(plain[63] / 8, scaled[63], 1e-18);
        int between = 0;
        for (int i = 1; i < 64; i++) {
            double ratio = scaled[i] / plain[i];
            assertTrue(ratio <= scaled[i - 1] / plain[i - 1] + 1e-12, "the ratio falls");
            between += ratio > 0.126 && ratio < 0.999 ? 1 : 0;
        }
        assertTrue(between > 5, between + " pairs between");
    }
}

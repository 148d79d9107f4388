package dev.tegula.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each sampler alone, against values computed with numpy. */
class SamplersTest {
    // The sixteen logits in descending order.
    private static final int[] ORDER = {9, 13, 4, 8, 3, 10, 14, 5, 2, 6, 7, 0, 12, 11, 1, 15};

    private static int[] after(Sampler sampler, float... logits) {
        Candidates candidates = Logits.loaded(logits);
        sampler.apply(candidates);
        return Logits.ids(candidates);
    }

    @Test
    void topKKeepsTheLargestInOrder() {
        for (int k = 1; k <= 16; k++) {
            assertArrayEquals(IntStream.of(ORDER).limit(k).toArray(), after(new TopK(k), Logits.SIXTEEN));
        }
        assertArrayEquals(ORDER, after(new TopK(1000), Logits.SIXTEEN));
        assertThrows(IllegalArgumentException.class, () -> new TopK(0));
    }

    @Test
    void topPKeepsTheShortestRunThatReachesP() {
        assertArrayEquals(new int[]{9, 13}, after(new TopP(0.5f), Logits.SIXTEEN));
        assertArrayEquals(new int[]{9, 13, 4}, after(new TopP(0.8f), Logits.SIXTEEN));
        assertArrayEquals(new int[]{9, 13, 4, 8, 3, 10, 14}, after(new TopP(0.95f), Logits.SIXTEEN));
        assertArrayEquals(new int[]{9}, after(new TopP(1e-6f), Logits.SIXTEEN));
    }

    @Test
    void topPOfAFlatRowKeepsItsShareHoweverLarge() {
        // Every probability is 1/4096 exactly, so 3/4 of the tokens are the nucleus; equals rank by id.
        int[] kept = after(new TopP(0.75f), new float[4096]);
        assertArrayEquals(IntStream.range(0, 3072).toArray(), kept);
    }

    @Test
    void minPKeepsByRatioInIdOrder() {
        assertArrayEquals(new int[]{3, 4, 8, 9, 10, 13, 14}, after(new MinP(0.05f), Logits.SIXTEEN));
        assertArrayEquals(new int[]{4, 9, 13}, after(new MinP(0.2f), Logits.SIXTEEN));
        assertArrayEquals(new int[]{9, 13}, after(new MinP(0.5f), Logits.SIXTEEN));
    }

    @Test
    void temperatureDividesAndStaysFinite() {
        Candidates candidates = Logits.loaded(2, -3, Float.NEGATIVE_INFINITY, 1e38f);
        new Temperature(0.5f).apply(candidates);
        assertEquals(4f, candidates.logit(0));
        assertEquals(-6f, candidates.logit(1));
        assertEquals(Float.NEGATIVE_INFINITY, candidates.logit(2));
        new Temperature(1e-30f).apply(candidates);
        assertEquals(Float.MAX_VALUE, candidates.logit(3));
        assertEquals(1.0, candidates.computeWeights(), 1e-12);
    }

    @Test
    void penaltiesCountTheWindow() {
        Penalties penalties = new Penalties(1.3f, 0.4f, 0.25f, 6, 16);
        // The first two fall out of the window of six.
        for (int token : new int[]{15, 9, 3, 5, 3, 9, 3, 0}) {
            penalties.accept(token);
        }
        float[] expected = Logits.SIXTEEN.clone();
        expected[0] = -2.73f;
        expected[3] = -0.5038461f;
        expected[5] = -0.4807692f;
        expected[9] = 1.8653847f;
        for (int round = 0; round < 2; round++) {
            Candidates candidates = Logits.loaded(Logits.SIXTEEN);
            penalties.apply(candidates);
            for (int i = 0; i < 16; i++) {
                assertEquals(expected[i], candidates.logit(i), 1e-6f, "token " + i);
            }
        }
        penalties.reset();
        Candidates candidates = Logits.loaded(Logits.SIXTEEN);
        penalties.apply(candidates);
        assertEquals(Logits.SIXTEEN[3], candidates.logit(3));
    }

    @Test
    void penaltiesEqualACountOverTheHistory() {
        Random random = new Random(11);
        for (int window : new int[]{0, 1, 5, 64}) {
            Penalties penalties = new Penalties(1.5f, 0.3f, 0.2f, window, 8);
            int[] history = random.ints(200, 0, 8).toArray();
            for (int length = 0; length < history.length; length++) {
                float[] logits = new float[8];
                for (int i = 0; i < 8; i++) {
                    logits[i] = random.nextFloat() * 4 - 2;
                }
                Map<Integer, Integer> counts = new HashMap<>();
                for (int i = Math.max(0, length - window); i < length; i++) {
                    counts.merge(history[i], 1, Integer::sum);
                }
                Candidates candidates = Logits.loaded(logits);
                penalties.apply(candidates);
                for (int i = 0; i < 8; i++) {
                    float expected = logits[i];
                    if (counts.containsKey(i)) {
                        expected = (float) (expected > 0 ? expected / 1.5 : expected * 1.5);
                        expected = (float) (expected - 0.3 - 0.2 * counts.get(i));
                    }
                    assertEquals(expected, candidates.logitOf(i), 2e-5f);
                }
                penalties.accept(history[length]);
            }
        }
    }

    @Test
    void biasAddsAndBans() {
        Candidates candidates = Logits.loaded(1, 2, 3);
        new LogitBias(Map.of(0, 4f, 2, Float.NEGATIVE_INFINITY), 3).apply(candidates);
        assertEquals(5f, candidates.logit(0));
        assertEquals(2f, candidates.logit(1));
        assertEquals(Float.NEGATIVE_INFINITY, candidates.logit(2));
        assertEquals("logitBias names token 3, the vocabulary ends at 2",
                assertThrows(IllegalArgumentException.class, () -> new LogitBias(Map.of(3, 1f), 3)).getMessage());
    }
}

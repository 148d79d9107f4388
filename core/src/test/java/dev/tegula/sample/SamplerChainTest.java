package dev.tegula.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SamplerChainTest {
    private static final int[] HISTORY = {3, 5, 3, 9, 3, 0};

    private static SamplingOptions.Builder all() {
        return SamplingOptions.builder()
                .repeatPenalty(1.3f)
                .presencePenalty(0.4f)
                .frequencyPenalty(0.25f)
                .topK(8)
                .topP(0.9f)
                .minP(0.05f)
                .temperature(0.7f)
                .seed(42);
    }

    private static SamplerChain chain(SamplingOptions options) {
        SamplerChain chain = new SamplerChain(options, 16);
        for (int token : HISTORY) {
            chain.accept(token);
        }
        return chain;
    }

    @Test
    void drawsTheTokensComputedWithNumpy() {
        SamplerChain chain = chain(all().build());
        MemorySegment row = Logits.row(Logits.SIXTEEN);
        int[] expected = {4, 13, 13, 13, 13, 9, 13, 4, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 4};
        for (int token : expected) {
            assertEquals(token, chain.sample(row, 0));
        }
        chain.reset();
        for (int token : HISTORY) {
            chain.accept(token);
        }
        assertEquals(expected[0], chain.sample(row, 0));
        assertArrayEquals(Logits.SIXTEEN, row.toArray(ValueLayout.JAVA_FLOAT));
    }

    @Test
    void drawsFollowTheDistribution() {
        // Probabilities of tokens 13, 4, 9, 8 after the whole chain, computed with numpy.
        int[] tokens = {13, 4, 9, 8};
        double[] probabilities = {0.66595469, 0.17638164, 0.09895133, 0.05871235};
        assertTrue(chiSquare(chain(all().build()), Logits.SIXTEEN, tokens, probabilities) < 16.27);
        // With every step off it is the softmax over the whole row; 16.27 is the 99.9 % quantile for 3 degrees.
        SamplingOptions plain = SamplingOptions.builder().topK(0).topP(1).minP(0).temperature(1).seed(7).build();
        assertTrue(chiSquare(new SamplerChain(plain, 4), new float[]{0, (float) Math.log(2), (float) Math.log(3),
            (float) Math.log(4)}, new int[]{0, 1, 2, 3}, new double[]{0.1, 0.2, 0.3, 0.4}) < 16.27);
    }

    private static double chiSquare(SamplerChain chain, float[] logits, int[] tokens, double[] probabilities) {
        int draws = 20_000;
        int[] counts = new int[logits.length];
        MemorySegment row = Logits.row(logits);
        for (int i = 0; i < draws; i++) {
            counts[chain.sample(row, 0)]++;
        }
        double sum = 0;
        int seen = 0;
        for (int i = 0; i < tokens.length; i++) {
            double expected = draws * probabilities[i];
            sum += (counts[tokens[i]] - expected) * (counts[tokens[i]] - expected) / expected;
            seen += counts[tokens[i]];
        }
        assertEquals(draws, seen, "no other token is drawn");
        return sum;
    }

    @Test
    void greedyTakesTheLargestAndTheSmallerIdOfEquals() {
        SamplerChain chain = new SamplerChain(SamplingOptions.greedy(), 4);
        assertEquals(1, chain.sample(Logits.row(0, 5, 5, Float.NEGATIVE_INFINITY), 0));
        assertEquals(0, chain.sample(Logits.row(0f, -0f, 0f, -1), 0));
        SamplerChain biased = new SamplerChain(SamplingOptions.greedy().toBuilder().logitBias(1, -9).build(), 4);
        assertEquals(2, biased.sample(Logits.row(0, 5, 5, 1), 0));
    }

    /** A step that does nothing makes a chain load all tokens and select them itself. */
    private static SamplerChain ofAll(List<Sampler> steps, boolean greedy, int vocabulary) {
        Sampler none = new Sampler() {
            @Override
            public void apply(Candidates candidates) {}

            @Override
            public String describe() {
                return "nothing";
            }
        };
        return new SamplerChain(Stream.concat(Stream.of(none), steps.stream()).toList(), greedy, 5, vocabulary);
    }

    @Test
    void loadingTheFirstOnlyChoosesTheSameTokens() {
        Random random = new Random(9);
        for (int round = 0; round < 60; round++) {
            int n = 1 + random.nextInt(700);
            int k = 1 + random.nextInt(random.nextBoolean() ? n : 2 * n);
            List<Sampler> steps = List.of(new TopK(k), new TopP(0.95f), new MinP(0.02f), new Temperature(0.8f));
            SamplerChain first = new SamplerChain(steps, false, 5, n);
            SamplerChain all = ofAll(steps, false, n);
            SamplerChain firstGreedy = new SamplerChain(List.of(), true, 5, n);
            SamplerChain allGreedy = ofAll(List.of(), true, n);
            for (int row = 0; row < 20; row++) {
                float[] logits = new float[n];
                for (int i = 0; i < n; i++) {
                    // Ties, zeros of both signs and banned tokens in every second row.
                    logits[i] = row % 2 == 0
                            ? 3 * (float) random.nextGaussian()
                            : random.nextInt(9) == 0 ? Float.NEGATIVE_INFINITY : (random.nextInt(5) - 4) * 1f;
                }
                logits[random.nextInt(n)] = row % 2 == 0 ? 1 : -0f;
                MemorySegment memory = Logits.row(logits);
                for (int draw = 0; draw < 5; draw++) {
                    assertEquals(all.sample(memory, 0), first.sample(memory, 0));
                }
                assertEquals(allGreedy.sample(memory, 0), firstGreedy.sample(memory, 0));
            }
        }
    }

    @Test
    void theFirstInvalidLogitIsNamed() {
        for (SamplingOptions options : List.of(SamplingOptions.greedy(), all().repeatWindow(0).topK(2).build())) {
            SamplerChain chain = new SamplerChain(options, 4);
            assertEquals("the logit of token 1 is Infinity", assertThrows(InvalidLogitsException.class,
                    () -> chain.sample(Logits.row(1, Float.POSITIVE_INFINITY, Float.NaN, 2), 0)).getMessage());
            assertThrows(IndexOutOfBoundsException.class, () -> chain.sample(Logits.row(1, 2, 3), 0));
        }
    }

    @Test
    void refusesRowsNothingCanBeDrawnFrom() {
        float none = Float.NEGATIVE_INFINITY;
        for (SamplingOptions options : List.of(SamplingOptions.greedy(), SamplingOptions.defaults())) {
            SamplerChain chain = new SamplerChain(options, 2);
            assertTrue(assertThrows(InvalidLogitsException.class, () -> chain.sample(Logits.row(none, none), 0))
                    .getMessage()
                    .contains("-Infinity"));
            assertThrows(InvalidLogitsException.class, () -> chain.sample(Logits.row(1, Float.NaN), 0));
            assertEquals(1, chain.sample(Logits.row(none, 0), 0));
        }
    }

    @Test
    void tokensOutsideTheVocabularyAreRefused() {
        SamplerChain chain = new SamplerChain(SamplingOptions.defaults(), 4);
        assertThrows(IndexOutOfBoundsException.class, () -> chain.accept(4));
        assertThrows(IndexOutOfBoundsException.class, () -> chain.accept(-1));
        assertThrows(IllegalArgumentException.class,
                () -> new SamplerChain(SamplingOptions.builder().logitBias(4, 1).build(), 4));
    }

    @Test
    void reportsAFreshSeedThatRepeatsTheDraws() {
        SamplingOptions options = SamplingOptions.builder().topK(0).topP(1).minP(0).temperature(3).build();
        SamplerChain first = new SamplerChain(options, 16);
        SamplerChain again = new SamplerChain(options.toBuilder().seed(first.seed()).build(), 16);
        assertNotEquals(first.seed(), new SamplerChain(options, 16).seed());
        MemorySegment row = Logits.row(Logits.SIXTEEN);
        for (int i = 0; i < 100; i++) {
            assertEquals(first.sample(row, 0), again.sample(row, 0));
        }
    }

    @Test
    void describesItsSteps() {
        assertEquals("top-k 8 > top-p 0.9 > min-p 0.05 > temperature 0.7 > draw with seed 42",
                new SamplerChain(all().repeatWindow(0).build(), 16).toString());
        assertEquals("largest logit", new SamplerChain(SamplingOptions.greedy(), 16).toString());
    }

    @Test
    void allocatesNothingPerToken() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int vocabulary = 32_000;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment row = arena.allocate(ValueLayout.JAVA_FLOAT, vocabulary);
            Random random = new Random(2);
            for (int i = 0; i < vocabulary; i++) {
                row.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian() * 4);
            }
            SamplingOptions wide = all().topK(0).topP(0.99f).logitBias(3, 1).build();
            for (SamplingOptions options : List.of(all().logitBias(5, -2).build(), wide, SamplingOptions.greedy())) {
                SamplerChain chain = new SamplerChain(options, vocabulary);
                // The first calls link methods and may allocate for that; the next hundred must not.
                long allocated = -1;
                for (int round = 0; round < 5 && allocated != 0; round++) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int i = 0; i < 100; i++) {
                        chain.accept(chain.sample(row, 0));
                    }
                    allocated = threads.getCurrentThreadAllocatedBytes() - before;
                }
                assertEquals(0, allocated, chain.toString());
            }
        }
    }
}

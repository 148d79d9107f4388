package dev.tegula.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    @Test
    void selectionInStepsEqualsASortOfTheWhole() {
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            int n = 1 + random.nextInt(300);
            float[] logits = new float[n];
            for (int i = 0; i < n; i++) {
                // Few different values, so that there are many ties.
                logits[i] = random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(12) - 6;
            }
            int[] expected = IntStream.range(0, n)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingDouble(i -> -logits[i]).thenComparing(i -> i))
                    .mapToInt(i -> i)
                    .toArray();
            Candidates candidates = Logits.loaded(logits);
            for (int top = 0; top < n; top += 1 + random.nextInt(n)) {
                candidates.sortTop(top);
                assertArrayEquals(IntStream.of(expected).limit(top).toArray(),
                        IntStream.of(Logits.ids(candidates)).limit(top).toArray());
            }
            candidates.sortTop(Integer.MAX_VALUE);
            assertArrayEquals(expected, Logits.ids(candidates));
        }
    }

    @Test
    void weightsFollowTheirCandidates() {
        Candidates candidates = Logits.loaded(Logits.SIXTEEN);
        double sum = candidates.computeWeights();
        candidates.sortTop(5);
        for (int i = 0; i < candidates.size(); i++) {
            assertEquals(Math.exp(candidates.logit(i) - 3.27f), candidates.weight(i), 1e-6);
        }
        assertEquals(0.358042, candidates.weight(0) / sum, 1e-6);
        assertEquals(0.000428, candidates.weight(indexOf(candidates, 15)) / sum, 1e-6);
    }

    private static int indexOf(Candidates candidates, int id) {
        return IntStream.range(0, candidates.size()).filter(i -> candidates.id(i) == id).findFirst().orElseThrow();
    }

    @Test
    void refusesNanAndPositiveInfinityByToken() {
        assertEquals("the logit of token 1 is NaN",
                assertThrows(InvalidLogitsException.class, () -> Logits.loaded(0, Float.NaN, 1)).getMessage());
        assertEquals("the logit of token 2 is Infinity", assertThrows(InvalidLogitsException.class,
                () -> Logits.loaded(0, 1, Float.POSITIVE_INFINITY)).getMessage());
    }

    @Test
    void refusesARowThatIsNotThere() {
        Candidates candidates = new Candidates(4);
        var row = Logits.row(1, 2, 3, 4, 5);
        candidates.load(row, 4);
        assertArrayEquals(new int[]{0, 1, 2, 3}, Logits.ids(candidates));
        assertEquals(5f, candidates.logit(3));
        assertTrue(assertThrows(IndexOutOfBoundsException.class, () -> candidates.load(row, 8)).getMessage()
                .contains("16 bytes at offset 8"));
        assertThrows(IndexOutOfBoundsException.class, () -> candidates.load(row, -4));
        assertThrows(IllegalArgumentException.class, () -> new Candidates(0));
    }

    @Test
    void idsCannotBeAddressedOnceReordered() {
        Candidates candidates = Logits.loaded(1, 3, 2);
        candidates.setLogitOf(0, 5);
        assertEquals(5f, candidates.logitOf(0));
        assertThrows(InvalidLogitsException.class, () -> candidates.setLogitOf(0, Float.NaN));
        candidates.sortTop(2);
        assertThrows(IllegalStateException.class, () -> candidates.logitOf(0));
        assertThrows(IllegalStateException.class, () -> candidates.setLogitOf(0, 1));
    }

    @Test
    void atLeastOneStays() {
        Candidates candidates = Logits.loaded(1, 3, 2);
        candidates.dropBelow(100);
        assertArrayEquals(new int[]{1}, Logits.ids(candidates));
        candidates.truncate(0);
        assertEquals(1, candidates.size());
    }
}

package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScoringTest {
    /** The paper's slopes for 8 heads, and for 12 the first four of every other slope for 16 after them. */
    @Test
    void slopesAreThePapers() {
        Scoring alibi = new Scoring(1, 0, 0, 8, false);
        for (int h = 0; h < 8; h++) {
            assertEquals((float) Math.pow(2, -(h + 1)), alibi.slope(h, 8));
            assertEquals((float) Math.pow(2, -(h + 1)), alibi.slope(h, 12));
        }
        for (int h = 8; h < 12; h++) {
            assertEquals((float) Math.pow(2, -0.5 * (2 * (h - 8) + 1)), alibi.slope(h, 12));
        }
        assertEquals(0, Scoring.scaled(1, 0).slope(3, 8));
    }

    @Test
    void refusesNonsense() {
        assertThrows(IllegalArgumentException.class, () -> Scoring.scaled(Float.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> Scoring.scaled(1, -1));
        assertThrows(IllegalArgumentException.class, () -> new Scoring(1, 0, -1, 0, false));
        assertThrows(IllegalArgumentException.class, () -> new Scoring(1, 0, 0, Float.NaN, false));
    }
}

package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConditionTest {
    private static final double SHORT = 4_000;
    private static final double LONG = 400_000;

    private static boolean alike(Condition a, Condition b, double stageNanos) {
        boolean alike = a.isLike(b, stageNanos);
        assertEquals(alike, b.isLike(a, stageNanos), "depends on whom one asks");
        return alike;
    }

    @Test
    void limitsAreAlikeButForATenth() {
        assertTrue(alike(new Condition(100, 0), new Condition(109, 0), SHORT));
        assertFalse(alike(new Condition(100, 0), new Condition(111, 0), LONG));
    }

    @Test
    void coresFurtherFromOneAnotherMatterToShortStages() {
        assertFalse(alike(new Condition(100, 27), new Condition(100, 170), SHORT));
        assertTrue(alike(new Condition(100, 27), new Condition(100, 170), LONG));
        assertTrue(alike(new Condition(100, 24), new Condition(100, 33), SHORT));
    }

    @Test
    void whatNobodyMeasuredIsNoDifference() {
        assertTrue(alike(new Condition(100, 0), new Condition(100, 170), SHORT));
    }

    @Test
    void isTheMiddleOfSomeRounds() {
        Row row = Reports.row("a", 100, 1.0, 2.0, 3.0);
        assertEquals(new Condition(100, 0), Condition.of(row, 0, 3));
        assertEquals(new Condition(100, 30), Condition.of(Reports.apart(row, 25, 30, 900), 0, 3));
    }
}

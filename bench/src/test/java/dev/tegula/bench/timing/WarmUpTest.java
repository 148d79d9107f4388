package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WarmUpTest {
    private int slices;

    private Turns.Side figures(double... figures) {
        return () -> figures[slices++ % figures.length];
    }

    @Test
    void endsWhenTwoSlicesAreAlike() throws InterruptedException {
        new WarmUp().settle(figures(10, 20, 20.2, 5));
        assertEquals(3, slices);
    }

    @Test
    void endsWhereNoneAre() throws InterruptedException {
        new WarmUp().settle(figures(10, 20));
        assertEquals(10, slices);
    }

    @Test
    void whatComesForTheFirstTimeRunsUntilItShouldBeCompiled() throws InterruptedException {
        WarmUp warmUp = new WarmUp();
        warmUp.compile("a", figures(1));
        assertTrue(slices > 100, slices + " slices");
        slices = 0;
        warmUp.compile("a", figures(1));
        assertEquals(2, slices);
    }
}

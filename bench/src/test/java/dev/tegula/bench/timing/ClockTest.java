package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ClockTest {
    @Test
    void saysWhatIsKnown() {
        Clock clock = new Clock("performance", 2999.6, 3400.4, 3700, 3700, "", 0, "", Map.of());
        assertEquals("3000 to 3400 MHz of 3700, governor performance", clock.frequency());
        assertEquals("none", clock.throttling());
    }

    @Test
    void leavesOutWhatIsNot() {
        assertEquals("3000 MHz", new Clock("", 2999.9, 3000.1, 0, 0, "", 0, "", Map.of()).frequency());
    }

    @Test
    void countsInWords() {
        assertEquals("at least once", new Clock("", 1, 1, 0, 0, "", 1, "", Map.of()).throttling());
        assertEquals("at least 2 times", new Clock("", 1, 1, 0, 0, "", 2, "", Map.of()).throttling());
    }

    @Test
    void whatIsNotVisibleHasAReason() {
        assertEquals("not noted", Clock.NOT_NOTED.frequency());
        Clock clock = new Clock("", 0, 0, 0, 0, Clock.notVisible("no file"), 0, Clock.notVisible("no counter"),
                Map.of());
        assertEquals("not visible: no file", clock.frequency());
        assertEquals("not visible: no counter", clock.throttling());
    }
}

package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class CoreToCoreTest {
    /** Also of more threads than CPUs, and of slices that are over before all threads have begun. */
    @Test
    void everySliceEnds() {
        for (int threads = 2; threads <= 3; threads++) {
            try (Team team = new Team(threads)) {
                CoreToCore ring = new CoreToCore(team, threads, 1000);
                Assertions.assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
                    for (int i = 0; i < 20; i++) {
                        double nanos = ring.slice();
                        assertTrue(nanos > 0 && nanos < 1e9, nanos + " ns");
                    }
                });
            }
        }
    }

    @Test
    void oneThreadIsRefused() {
        try (Team team = new Team(1)) {
            assertThrows(IllegalArgumentException.class, () -> new CoreToCore(team, 1, 1000));
        }
    }
}

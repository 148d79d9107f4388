package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.machine.Sizes;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Sizes SIZES = new Sizes(32 << 10, 1 << 20, 16 << 20, 64 << 20);

    private static Row reading(String limit, long bytes, double gigabytesPerSecond) {
        return new Row("a", "add", "add/f32", "vec", 2, false, bytes / 12, bytes, limit, "GB/s",
                List.of(gigabytesPerSecond), List.of(100.0), List.of(), 0, 0, "./tegula");
    }

    @Test
    void callsThatAreTooShortAreNotJudged() {
        assertTrue(reading("read l2", 500_000, 100).judged(SIZES));
        assertFalse(reading("read l2", 499_000, 100).judged(SIZES));
    }

    @Test
    void whatMayLieInACacheInPartIsNotJudgedByMemory() {
        assertTrue(reading("read dram", 64 << 20, 50).judged(SIZES));
        assertFalse(reading("read dram", (64 << 20) - 1, 50).judged(SIZES));
        assertTrue(reading("read l3", 12 << 20, 50).judged(SIZES));
    }
}

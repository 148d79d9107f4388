package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.bench.machine.Sizes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Sizes SIZES = new Sizes(32 << 10, 1 << 20, 16 << 20, 64 << 20);

    private static Row reading(String limit, long bytes, double gigabytesPerSecond) {
        return new Row("a", "add", "add/f32", "vec", 2, false, bytes / 12, bytes, limit, "GB/s",
                List.of(gigabytesPerSecond), List.of(100.0), List.of(), 0, 0, "./tegula");
    }

    @Test
    void callsThatAreTooShortAreNotJudged() {
        assertEquals(Optional.empty(), reading("read l2", 500_000, 100).unjudged(SIZES));
        assertEquals(Optional.of(Row.Unjudged.SHORT), reading("read l2", 499_000, 100).unjudged(SIZES));
    }

    @Test
    void whatMayLieInACacheInPartIsNotJudgedByMemory() {
        assertEquals(Optional.empty(), reading("read dram", 64 << 20, 50).unjudged(SIZES));
        assertEquals(Optional.of(Row.Unjudged.BETWEEN), reading("read dram", (64 << 20) - 1, 50).unjudged(SIZES));
        assertEquals(Optional.empty(), reading("read l3", 12 << 20, 50).unjudged(SIZES));
    }
}

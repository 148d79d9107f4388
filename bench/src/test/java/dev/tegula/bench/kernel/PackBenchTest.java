package dev.tegula.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every format's weights can be packed, and the kernel finds them in what was packed; a last group is not full. */
class PackBenchTest {
    @ParameterizedTest
    @CsvSource({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K", "TQ2_0"})
    void packs(DType format) {
        PackBench bench = new PackBench();
        bench.shape = "33x256";
        bench.format = format;
        bench.open();
        bench.run();
        bench.close();
    }

    @Test
    void refusesWhatIsNoShape() {
        PackBench bench = new PackBench();
        bench.shape = "33";
        assertTrue(assertThrows(IllegalArgumentException.class, bench::open).getMessage().startsWith("shape '33' "));
    }
}

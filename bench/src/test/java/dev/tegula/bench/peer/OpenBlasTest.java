package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenBlasTest {
    private static OpenBlas with(Map<String, String> variables) {
        OpenBlas blas = new OpenBlas(variables);
        assumeTrue(blas.unavailable().isEmpty(), () -> blas.unavailable().get());
        return blas;
    }

    @Test
    void saysWhichKernelsItHas() {
        OpenBlas blas = with(Map.of("PATH", "/bin"));
        assertTrue(blas.name().matches("OpenBLAS [0-9.]+ for \\w+"), blas.name());
        assertEquals(List.of(), blas.environment());
    }

    /** Set for other programs and forgotten, such a variable makes whatever is beside it look good. */
    @Test
    void saysWhatTheEnvironmentHasChosen() {
        OpenBlas blas = with(Map.of("OPENBLAS_L2_SIZE", "512", "OPENBLAS_CORETYPE", "Haswell", "BLAS", "x"));
        assertTrue(blas.name().endsWith(" with OPENBLAS_CORETYPE=Haswell OPENBLAS_L2_SIZE=512"), blas.name());
        assertEquals(List.of("OPENBLAS_CORETYPE=Haswell", "OPENBLAS_L2_SIZE=512"), blas.environment());
    }
}

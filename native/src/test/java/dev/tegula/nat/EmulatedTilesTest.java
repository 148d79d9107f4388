package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Linear layers for AMX have the bits of their scalar twins where functions in C stand in for the tiles' instructions. This
 * shows that the right bytes are multiplied, not that a CPU does what its manual says.
 */
class EmulatedTilesTest {
    private static NativeLoader loader;

    @BeforeAll
    static void compile(@TempDir Path folder) throws Exception {
        NativeLoader.instance().reason(Isa.AVX512).ifPresent(reason -> assumeTrue(false, reason));
        Path library = folder.resolve("libtiles.so");
        Process compiler;
        try {
            compiler = new ProcessBuilder("gcc", "-O1", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno",
                    "-mavx2", "-mfma", "-mf16c", "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512vnni",
                    "-Isrc/main/c", "-o", library.toString(), "src/test/c/tiles_in_c.c").redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "there is no gcc on this machine");
            return;
        }
        String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), messages);
        try (InputStream in = Files.newInputStream(library)) {
            loader = NativeLoader.open(in, true);
        }
    }

    static Stream<KernelFactory> kernels() {
        // Of those for N-bit integers, which share their code, two widths.
        return LinearKernel.all(new Functions(Isa.AMX, name -> loader.function(name), () -> Blockings.of(Isa.AMX)))
                .stream()
                .filter(factory -> factory.id().lhs().matches("q8_a(32|128)")
                        && !factory.id().rhs().matches("u?int[124567]_g.*"));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bitsOfTheTwin(KernelFactory factory) {
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }
}

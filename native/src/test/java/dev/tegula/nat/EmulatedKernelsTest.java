package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels for AArch64 have the bits of their scalar twins, on an emulated processor where this machine is another. */
class EmulatedKernelsTest {
    private static Emulator emulator;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        Emulator.reason().ifPresent(reason -> assumeTrue(false, reason));
        emulator = Emulator.start(folder, "max");
    }

    @AfterAll
    static void end() {
        if (emulator != null) {
            emulator.close();
        }
    }

    static Stream<KernelFactory> kernels() {
        return Stream.of(Isa.NEON, Isa.I8MM).flatMap(isa -> NativeProvider.kernels(emulator.functions(isa)).stream());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bitsOfTheTwin(KernelFactory factory) {
        List<KernelRequest> all = StandardRequests.of(factory);
        // Emulated they take long; of attention the operands are large besides.
        int step = factory.id().op().equals("attention") ? 4 : 2;
        List<KernelRequest> some = IntStream.range(0, all.size())
                .filter(i -> i % step == 0)
                .mapToObj(all::get)
                .toList();
        Report report = Conformance.check(factory, some, 0);
        assertNull(emulator.failure());
        assertTrue(report.passed(), report.toString());
    }

    @Test
    void theProbeKnowsTheProcessor() {
        assertEquals(Isa.NEON.feature() | Isa.I8MM.feature(), emulator.features());
    }
}

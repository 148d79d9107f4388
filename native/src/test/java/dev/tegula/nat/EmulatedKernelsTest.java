package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
        emulator = new Emulator(folder, "max");
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
        // Emulated they take long. The operands of attention are large besides, N-bit integers are many formats of one code.
        boolean fields = factory.id().rhs().matches("u?int[1-8]_g.*");
        int step = factory.id().op().equals("attention") ? 6 : fields ? 5 : 3;
        List<KernelRequest> some = IntStream.range(0, all.size())
                .filter(i -> i % step == 0)
                .mapToObj(all::get)
                .toList();
        check(factory, some);
    }

    static Stream<KernelFactory> longRows() {
        Set<String> formats = Set.of("q4_0", "q6_k", "f16");
        return kernels().filter(factory -> factory.id().op().equals("matmul") && formats.contains(factory.id().rhs()));
    }

    /** More elements of k than records of enough rows hold. */
    @ParameterizedTest
    @MethodSource("longRows")
    void bitsOverSeveralBlocks(KernelFactory factory) {
        DType type = DType.valueOf(factory.id().rhs().toUpperCase(Locale.ROOT));
        KernelRequest request = new KernelRequest(new Op.MatMul(false, false),
                List.of(new Spec(Activations.typeFor(type), Dim.TOKENS, 64 * 256),
                        new Spec(type, Dim.of(45), 64 * 256)),
                List.of(new Spec(DType.F32, Dim.TOKENS, 45)));
        check(factory, List.of(request));
    }

    private static void check(KernelFactory factory, List<KernelRequest> requests) {
        Report report = Conformance.check(factory, requests, 0);
        assertNull(emulator.failure());
        assertTrue(report.passed(), report.toString());
    }

    @Test
    void theProbeKnowsTheProcessor(@TempDir Path folder) throws Exception {
        assertEquals(Isa.NEON.feature() | Isa.I8MM.feature() | NativeLoader.BF16, emulator.features());
        try (Emulator neoverseN1 = new Emulator(Files.createDirectory(folder.resolve("n1")), "neoverse-n1");
                Emulator old = new Emulator(Files.createDirectory(folder.resolve("a53")), "cortex-a53")) {
            assertEquals(Isa.NEON.feature(), neoverseN1.features());
            assertEquals(0, old.features());
        }
    }
}

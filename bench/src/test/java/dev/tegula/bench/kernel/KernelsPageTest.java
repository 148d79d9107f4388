package dev.tegula.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import dev.tegula.kernel.ref.RefProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/KERNELS.md is the kernel table, and every row of it has a twin, a test, a benchmark and a cost. */
class KernelsPageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path PAGE = ROOT.resolve("docs/KERNELS.md");

    static Stream<KernelFactory> rows() {
        return KernelsPage.engines().stream().flatMap(engine -> engine.kernels().stream());
    }

    static Stream<KernelProvider> engines() {
        return KernelsPage.engines().stream();
    }

    @Test
    void thePageIsCurrent() throws IOException {
        String text = KernelsPage.text();
        if (System.getProperty("tegula.update") != null) {
            Files.writeString(PAGE, text);
        }
        assertEquals(text, Files.exists(PAGE) ? Files.readString(PAGE) : "",
                "docs/KERNELS.md is not the kernel table; ./mvnw verify -Dtegula.update writes it");
    }

    @Test
    void everyEngineIsOnThePage() {
        List<String> engines = engines().map(KernelProvider::engine).toList();
        assertTrue(engines.containsAll(List.of("nat-avx512", "nat-avx2", "vec", "cl", "ref")), engines.toString());
        assertFalse(engines.contains("wrong"));
    }

    @Test
    void noTwoRowsHaveOneName() {
        List<String> ids = rows().map(row -> row.id().toString()).toList();
        assertEquals(new TreeSet<>(ids).size(), ids.size());
    }

    /** What its kit compares a row on is also what its twin must take, in the formats that the row's name says. */
    @ParameterizedTest
    @MethodSource("rows")
    void everyRowHasATwin(KernelFactory row) {
        List<KernelFactory> twins = new RefProvider().kernels();
        for (KernelRequest request : StandardRequests.of(row)) {
            KernelFactory twin = twins.stream()
                    .filter(candidate -> candidate.refuse(request).isEmpty())
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(row.id() + ": no twin takes " + request));
            assertEquals(List.of(row.id().op(), row.id().dst(), row.id().lhs(), row.id().rhs()),
                    List.of(twin.id().op(), twin.id().dst(), twin.id().lhs(), twin.id().rhs()));
        }
    }

    /** Compared with its twin here and now, on its first request; the engines' own tests take all of them. */
    @ParameterizedTest
    @MethodSource("rows")
    void everyRowIsTested(KernelFactory row) {
        List<KernelRequest> requests = StandardRequests.of(row);
        assertFalse(requests.isEmpty(), row.id() + ": no standard request that it takes, so nothing compares it");
        KernelProvider engine = engines().filter(e -> e.engine().equals(row.id().engine())).findFirst().orElseThrow();
        // Kernels of devices are bound by an open one, in their module's test.
        boolean ofHost = !(row instanceof DeviceKernelFactory);
        if (engine.rank() > 0 && engine.unavailable().isEmpty() && ofHost) {
            Report report = Conformance.check(row, requests.subList(0, 1), 0);
            assertTrue(report.passed(), report::toString);
        }
    }

    /** The module of an engine holds its kernels to their twins where it is built. */
    @ParameterizedTest
    @MethodSource("engines")
    void everyEngineWithKernelsHasATestOfItsOwn(KernelProvider engine) throws IOException {
        if (engine.kernels().isEmpty()) {
            return;
        }
        Path source = Path.of("src/main/java", engine.getClass().getName().replace('.', '/') + ".java");
        try (Stream<Path> files = Files.walk(ROOT)) {
            Path module = files.filter(file -> Files.exists(file.resolve(source)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no module has " + source));
            try (Stream<Path> tests = Files.walk(module.resolve("src/test/java"))) {
                assertTrue(tests.filter(Files::isRegularFile).anyMatch(KernelsPageTest::compares),
                        module + " has no test that calls Conformance.check");
            }
        }
    }

    private static boolean compares(Path test) {
        try {
            return Files.readString(test).contains("Conformance.check(");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyRowHasABenchmark() {
        Set<String> missing = new TreeSet<>();
        rows().filter(row -> Measurement.of(row).isEmpty()).forEach(row -> missing.add(row.id().toString()));
        assertEquals(Set.of(), missing);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyRowHasACost(KernelFactory row) {
        Cost cost = row.cost(StandardRequests.of(row).getLast(), 3, 100);
        assertTrue(cost.multiplyAdds() > 0 && cost.bytes() > 0, row.id() + ": " + cost);
    }
}

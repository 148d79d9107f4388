package dev.tegula.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.Suites;
import dev.tegula.bench.attn.AttentionBench;
import dev.tegula.bench.elem.GateBench;
import dev.tegula.bench.elem.TopKBench;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.ref.RefProvider;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadTest {
    @Test
    void takesAllValuesOfASuiteThatDiffer() {
        List<Workload> all = Workload.of(GateBench.class);
        // The sum has no function, so that its three values are one workload.
        assertEquals(List.of("Gate cols=8192 rows=1 op=gate activation=SILU",
                "Gate cols=8192 rows=1 op=gate activation=GELU",
                "Gate cols=8192 rows=1 op=gate activation=RELU2", "Gate cols=8192 rows=1 op=add activation=SILU"),
                all.stream().limit(4).map(Workload::toString).toList());
        assertEquals(8, all.size());
    }

    @ParameterizedTest
    @MethodSource("dev.tegula.bench.kernel.KernelsPage#engines")
    void namesTellWorkloadsApart(KernelProvider engine) {
        List<String> names = Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
                .flatMap(workload -> workload.tiles(engine).stream())
                .map(Workload::toString)
                .toList();
        assertEquals(names.size(), names.stream().distinct().count());
        assertTrue(names.contains("MatMul shape=llama-3.2-1b/ffn_down format=Q4_0 rows=1"), names.toString());
        assertTrue(names.contains("Bf16 shape=llama-3.2-1b/ffn_down format=BF16 rows=512"), names.toString());
    }

    @Test
    void everyOpWithASuiteIsInTheReport() {
        assertEquals(Suites.ops(), Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
                .map(workload -> workload.request().op().name())
                .collect(Collectors.toSet()));
    }

    /** Of each engine, whether it runs here or not: a report of it has a row for each of its kernels. */
    @ParameterizedTest
    @MethodSource("dev.tegula.bench.kernel.KernelsPage#engines")
    void everyKernelIsInTheReport(KernelProvider engine) {
        Set<String> measured = Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
                .flatMap(workload -> workload.tiles(engine).stream())
                .filter(workload -> engine.kernels().stream().anyMatch(kernel -> accepts(kernel, workload)))
                .map(workload -> KernelCase.factory(engine, workload.tile(), workload.request()).id().toString())
                .collect(Collectors.toSet());
        Set<String> missing = engine.kernels()
                .stream()
                .map(kernel -> kernel.id().toString())
                .filter(name -> !measured.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    private static boolean accepts(KernelFactory kernel, Workload workload) {
        return kernel.id().op().equals(workload.request().op().name()) && kernel.refuse(workload.request()).isEmpty();
    }

    @Test
    void aTileIsSaid() {
        KernelProvider twins = new RefProvider();
        Workload first = Workload.of(TopKBench.class).getFirst();
        assertEquals(List.of(first), first.tiles(twins));
        Workload other = new Workload(first.suite(), first.parameters(), first.request(), first.rows(),
                first.firstPosition(), "lut32x1");
        assertEquals(first + " tile=lut32x1", other.toString());
        assertTrue(other.command("vec", 2).contains(" -p tile=lut32x1 -p engine=vec"), other.command("vec", 2));
    }

    @Test
    void theCommandNamesAllParameters() {
        Workload workload = Workload.of(TopKBench.class).getFirst();
        assertEquals(
                "./tegula bench kernels --filter TopKBench -p cols=128256 -p k=1 -p rows=1 -p engine=vec -p threads=2",
                workload.command("vec", 2));
    }

    /** Of a whole prompt so long, the scalar twin would compute too small a part to look at. */
    @Test
    void aLongContextIsOneRows() {
        List<Workload> far = Workload.of(AttentionBench.class).stream().filter(w -> w.firstPosition() > 8192).toList();
        assertEquals(8, far.size(), "two sizes of heads in four formats");
        far.forEach(w -> assertEquals(1, w.rows(), w.toString()));
    }

    @Test
    void rowsOfAPromptShareKeysAndValues() {
        Workload prompt = Workload.of(AttentionBench.class)
                .stream()
                .filter(w -> w.toString().equals("Attention heads=32 kvHeads=8 headSize=64 format=F16 at=512@0"))
                .findFirst()
                .orElseThrow();
        try (KernelCase kernel = new KernelCase("ref", KernelBench.USUAL, prompt.request(), prompt.rows(),
                prompt.firstPosition(), 1)) {
            // q and the output in F32, then keys and values in F16.
            long bytes = 2 * 512 * 32 * 64 * 4L + 2 * 512 * 8 * 64 * 2L;
            assertEquals(new Cost(2L * 512 * 32 * 64 * 256, bytes), kernel.cost());
        }
    }
}

package dev.tegula.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.Suites;
import dev.tegula.bench.attn.AttentionBench;
import dev.tegula.bench.elem.GateBench;
import dev.tegula.bench.elem.TopKBench;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.ref.RefProvider;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

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

    @Test
    void namesTellWorkloadsApart() {
        List<String> names = Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
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

    /** Whatever the tile: kernels by table lookup come after those that multiply, and are measured when they are asked for. */
    @Test
    void everyOpWithEveryFormatIsInTheReport() {
        KernelTable twins = KernelTable.of(List.of(new RefProvider()));
        Set<String> measured = Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
                .map(workload -> formats(twins.choose(workload.request()).factory()))
                .collect(Collectors.toSet());
        Set<String> missing = KernelsPage.engines()
                .stream()
                .flatMap(engine -> engine.kernels().stream())
                .map(WorkloadTest::formats)
                .filter(name -> !measured.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), missing);
    }

    private static String formats(KernelFactory kernel) {
        return String.join(".", kernel.id().op(), kernel.id().dst(), kernel.id().lhs(), kernel.id().rhs());
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

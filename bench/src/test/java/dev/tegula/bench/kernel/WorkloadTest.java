package dev.tegula.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.Suites;
import dev.tegula.kernel.Cost;
import java.util.List;
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
    }

    @Test
    void everyOpWithASuiteIsInTheReport() {
        assertEquals(Suites.ops(), Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
                .map(workload -> workload.request().op().name())
                .collect(Collectors.toSet()));
    }

    @Test
    void theCommandNamesAllParameters() {
        Workload workload = Workload.of(TopKBench.class).getFirst();
        assertEquals(
                "./tegula bench kernels --filter TopKBench -p cols=128256 -p k=1 -p rows=1 -p engine=vec -p threads=2",
                workload.command("vec", 2));
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

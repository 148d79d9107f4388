package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.graph.Graph;
import dev.tegula.graph.GraphBuilder;
import dev.tegula.graph.Value;
import dev.tegula.graph.pass.Passes;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RopeScaling;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final KernelTable REF = KernelTable.of(List.of(new RefProvider()));
    private static final Limits LIMITS = new Limits(2, 16, 2, 2, 100);
    private static final KvLayout KV = new KvLayout(DType.F16, 1, 2, 16, LIMITS.blocks());

    static Graph layer() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.embed("x", g.weight("table", DType.Q8_0, 10, 64));
        Value rope = g.ropeTable("rope", RopeScaling.none(10000), 16, null);
        Value q = g.linear("q", x, g.weight("wq", DType.Q4_0, 64, 64), null);
        Value k = g.linear("k", x, g.weight("wk", DType.Q4_0, 32, 64), null);
        Value v = g.linear("v", x, g.weight("wv", DType.Q4_0, 32, 64), null);
        Value kr = g.rope("kr", k, rope, 16, false);
        Value qr = g.rope("qr", q, rope, 16, false);
        Value cache = g.kvWrite("written", 0, 16, kr, v, g.cache(DType.F16, 64));
        Value a = g.attention("a", new Op.Attention(0, 4, 2, 16, 0.25f, 0), qr, cache);
        Value o = g.linear("o", a, g.weight("wo", DType.Q4_0, 64, 64), null);
        Value sum = g.add("sum", x, o);
        return Passes.apply(
                g.build(g.linear("logits", g.selectRows("last", sum), g.weight("out", DType.F16, 10, 64), null)));
    }

    @Test
    void independentStepsShareAStageAndDependentOnesDoNot() {
        Plan plan = Planner.plan(layer(), REF, LIMITS, KV);
        List<List<String>> ops = plan.stages()
                .stream()
                .map(stage -> stage.stream().map(step -> step.node().op().name()).toList())
                .toList();
        assertEquals(List.of(List.of("embed"), List.of("quantize"), List.of("matmul", "matmul", "matmul"),
                List.of("ropekvwrite"), List.of("attention"), List.of("quantize"), List.of("matmul"),
                List.of("selectrows"), List.of("matmul")), ops);
    }

    @Test
    void buffersAliveInOneStageDoNotOverlapAndMemoryIsShared() {
        Plan plan = Planner.plan(layer(), REF, LIMITS, KV);
        List<Map.Entry<Value, Plan.Buffer>> buffers = List.copyOf(plan.buffers().entrySet());
        for (var a : buffers) {
            assertEquals(0, a.getValue().offset() % 64);
            for (var b : buffers) {
                boolean together = a.getValue().firstStage() <= b.getValue().lastStage()
                        && b.getValue().firstStage() <= a.getValue().lastStage();
                boolean apart = a.getValue().offset() + a.getValue().bytes() <= b.getValue().offset()
                        || b.getValue().offset() + b.getValue().bytes() <= a.getValue().offset();
                assertTrue(a == b || !together || apart, a + " overlaps " + b);
            }
        }
        assertTrue(plan.activationBytes() < buffers.stream().mapToLong(b -> b.getValue().bytes()).sum());
    }

    @Test
    void allBytesAreKnownAndAddUp() {
        Plan plan = Planner.plan(layer(), REF, LIMITS, KV);
        long weights = DType.Q4_0.bytes(64 * 64) * 2 + DType.Q4_0.bytes(32 * 64) * 2 + DType.F16.bytes(10 * 64);
        assertEquals(weights, plan.weightBytes(), "the embedding stays in the file");
        assertEquals(4L * 128 * 16, plan.constantBytes());
        assertEquals(2L * 4 * 2 * 2 * 32 * 16 * 2, plan.kv().bytes());
        assertEquals(
                plan.weightBytes() + plan.constantBytes() + plan.activationBytes() + 2 * plan.scratch().totalBytes()
                        + plan.sharedBytes() + plan.kv().bytes() + LIMITS.batchBytes(),
                plan.totalBytes());
        assertTrue(plan.describe().contains("total " + String.format(java.util.Locale.ROOT, "%,d", plan.totalBytes())));
    }

    @Test
    void thePlanOfAGraphIsAlwaysTheSameText() {
        assertEquals(Planner.plan(layer(), REF, LIMITS, KV).describe(),
                Planner.plan(layer(), REF, LIMITS, KV).describe());
        assertFalse(Planner.plan(layer(), REF, LIMITS, KV).describe().isBlank());
    }

    @Test
    void anOpWithoutKernelIsRefusedWithReasons() {
        KernelTable none = KernelTable.of(List.of());
        assertTrue(assertThrows(UnsupportedOperationException.class, () -> Planner.plan(layer(), none, LIMITS, KV))
                .getMessage()
                .contains("Embed"));
    }

    @Test
    void limitsNameTheParameterAndItsRange() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Limits(0, 1, 1, 1, 1)).getMessage()
                .contains("threads 0: must be 1 … 1024"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Limits(1, 4, 5, 1, 1)).getMessage()
                .contains("output rows 5: must be 1 … 4"));
    }
}

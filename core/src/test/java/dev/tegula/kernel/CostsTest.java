package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Costs are what their words say, for 3 rows that see 100 positions. */
class CostsTest {
    private static final int T = 3;
    private static final int C = 100;

    private static Spec tokens(int cols) {
        return new Spec(DType.F32, Dim.TOKENS, cols);
    }

    private static void assertCost(long multiplyAdds, long bytes, Op op, List<Spec> inputs, List<Spec> outputs) {
        assertEquals(new Cost(multiplyAdds, bytes), Costs.of(new KernelRequest(op, inputs, outputs), T, C),
                Costs.words(op.name()));
    }

    @Test
    void linearLayers() {
        int n = 40;
        int k = 64;
        Spec w = new Spec(DType.Q4_0, Dim.of(n), k);
        Spec x = new Spec(DType.Q8_A32, Dim.TOKENS, k);
        long weightBytes = n * (k / 32) * 18L;
        long rowBytes = T * (k / 32) * 40L + T * n * 4L;
        assertCost((long) T * n * k, weightBytes + rowBytes, new Op.MatMul(false, false), List.of(x, w),
                List.of(tokens(n)));
        assertCost(2L * T * n * k, 2 * weightBytes + rowBytes, new Op.GateUp(Activation.SILU), List.of(x, w, w),
                List.of(tokens(n)));
        // A table of 1000 rows, of which a batch reads T.
        assertCost((long) T * k, T * (k / 32) * 18L + T * k * 4L, new Op.Embed(),
                List.of(new Spec(DType.Q4_0, Dim.of(1000), k)), List.of(tokens(k)));
    }

    @Test
    void attentionAndItsCache() {
        int heads = 4;
        int kvHeads = 2;
        int size = 16;
        Spec q = tokens(heads * size);
        Spec kv = tokens(kvHeads * size);
        Spec cache = new Spec(DType.F16, Dim.CONTEXT, 2 * kvHeads * size);
        Spec table = new Spec(DType.F32, Dim.CONTEXT, size);
        long qBytes = T * heads * size * 4L;
        long kvBytes = T * kvHeads * size * 4L;
        long halves = 2L * kvHeads * size * 2;
        assertCost(2L * T * heads * size * C, 2 * qBytes + T * C * halves,
                new Op.Attention(0, heads, kvHeads, size, 1, 0), List.of(q, cache), List.of(q));
        assertCost(2L * T * kvHeads * size, 2 * kvBytes + T * halves, new Op.KvWrite(0, kvHeads, size),
                List.of(kv, kv, cache), List.of());
        assertCost(2L * T * heads * size, 2 * qBytes + 2 * kvBytes + T * halves,
                new Op.RopeKvWrite(0, heads, kvHeads, size, size, true), List.of(q, kv, kv, table, cache), List.of(q));
    }

    @Test
    void rowsAndElements() {
        assertCost(T * 10, 3 * T * 10 * 4L, new Op.Add(), List.of(tokens(10), tokens(10)), List.of(tokens(10)));
        assertCost(T * 10, 2 * T * 10 * 4L + 10 * 4L, new Op.RmsNorm(1e-5f, 1),
                List.of(tokens(10), new Spec(DType.F32, Dim.of(1), 10)), List.of(tokens(10)));
        assertCost(T * 100, T * (100 + 2 * 3) * 4L, new Op.TopK(3), List.of(tokens(100)),
                List.of(tokens(3), new Spec(DType.I32, Dim.TOKENS, 3)));
    }
}

package dev.tegula.graph.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.tegula.graph.Graph;
import dev.tegula.graph.GraphBuilder;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RopeScaling;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import org.junit.jupiter.api.Test;

class PassesTest {
    private final GraphBuilder g = new GraphBuilder();

    private static String lines(String... lines) {
        return String.join("\n", lines) + "\n";
    }

    @Test
    void foldMakesConstantsMergesTwinsAndDropsTheDead() {
        Value x = g.embed("x", g.weight("table", DType.F32, 10, 4));
        Value table = g.ropeTable("rope", RopeScaling.none(10000), 4, null);
        Value a = g.rope("a", x, table, 4, true);
        Value b = g.rope("b", x, table, 4, true);
        g.add("dead", a, x);
        Graph folded = new Fold().apply(g.build(g.add("sum", a, b)));
        assertEquals(lines("%x: F32[T×4] = Embed[](@table)",
                "$rope: F32[C×4] = RopeTable[scaling=" + RopeScaling.none(10000) + ", dims=4]()",
                "%a: F32[T×4] = Rope[heads=1, headSize=4, dims=4, halves=true](%x, $rope)",
                "%sum: F32[T×4] = Add[](%a, %a)", "return %sum"), folded.toString());
    }

    @Test
    void eachInputIsQuantizedOncePerFormat() {
        Value x = g.embed("x", g.weight("table", DType.F32, 10, 256));
        Value q = g.linear("q", x, g.weight("wq", DType.Q4_K, 8, 256), null);
        Value k = g.linear("k", x, g.weight("wk", DType.Q6_K, 8, 256), null);
        Value v = g.linear("v", x, g.weight("wv", DType.Q8_0, 8, 256), null);
        Value f = g.linear("f", x, g.weight("wf", DType.F16, 8, 256), null);
        Graph graph = new QuantizeInputs().apply(g.build(q, k, v, f));
        assertEquals(
                lines("%x: F32[T×256] = Embed[](@table)", "%x.q8_a256: Q8_A256[T×256] = Quantize[](%x)",
                        "%q: F32[T×8] = MatMul[bias=false, residual=false](%x.q8_a256, @wq)",
                        "%k: F32[T×8] = MatMul[bias=false, residual=false](%x.q8_a256, @wk)",
                        "%x.q8_a32: Q8_A32[T×256] = Quantize[](%x)",
                        "%v: F32[T×8] = MatMul[bias=false, residual=false](%x.q8_a32, @wv)",
                        "%f: F32[T×8] = MatMul[bias=false, residual=false](%x, @wf)", "return %q, %k, %v, %f"),
                graph.toString());
    }

    @Test
    void fusesNormAndQuantizeGateAndUpResidualAndRopeWithKvWrite() {
        Value x = g.embed("x", g.weight("table", DType.F32, 10, 64));
        Value table = g.value("rope", Value.Kind.CONSTANT, DType.F32, Dim.CONTEXT, 16);
        Value cache = g.cache(DType.F16, 64);
        Value h = g.rmsNorm("h", x, g.weight("norm", DType.F32, 1, 64), 1e-5f, 1);
        Value hq = g.value("hq", Value.Kind.ACTIVATION, DType.Q8_A32, Dim.TOKENS, 64);
        Graph before = withQuantize(h, hq);
        assertEquals(lines("%x: F32[T×64] = Embed[](@table)",
                "%hq: Q8_A32[T×64] = NormQuantize[eps=1.0E-5](%x, @norm)", "return %hq"),
                new Fuse().apply(before).toString());

        Value q = g.rope("q", x, table, 16, true);
        Value y = g.add("y", x, x);
        Value k = g.rope("k", y, table, 16, true);
        Value written = g.kvWrite("written", 3, 16, k, x, cache);
        Value a = g.attention("a", new Op.Attention(3, 4, 4, 16, 0.25f, 0), q, written);
        Value o = g.linear("o", a, g.weight("wo", DType.F32, 64, 64), null);
        Value sum = g.add("sum", x, o);
        Value gate = g.linear("gate", sum, g.weight("wg", DType.F32, 96, 64), null);
        Value up = g.linear("up", sum, g.weight("wu", DType.F32, 96, 64), null);
        Value product = g.gate("product", Activation.SILU, gate, up);
        Graph fused = new Fuse().apply(new Fold().apply(g.build(product)));
        assertEquals(lines("%x: F32[T×64] = Embed[](@table)", "%y: F32[T×64] = Add[](%x, %x)",
                "%q: F32[T×64], %written: F16[C×64] = RopeKvWrite[layer=3, heads=4, kvHeads=4, headSize=16, dims=16,"
                        + " halves=true](%x, %y, %x, $rope, %cache)",
                "%a: F32[T×64] = Attention[layer=3, heads=4, kvHeads=4, headSize=16, scoring=[scale=0.25, window=0]](%q, %written)",
                "%sum: F32[T×64] = MatMul[bias=false, residual=true](%a, @wo, %x)",
                "%product: F32[T×96] = GateUp[activation=SILU](%sum, @wg, @wu)", "return %product"), fused.toString());
    }

    private Graph withQuantize(Value h, Value hq) {
        Graph built = g.build(h);
        var nodes = new java.util.ArrayList<>(built.nodes());
        nodes.add(new dev.tegula.graph.Node(new Op.Quantize(), java.util.List.of(h), java.util.List.of(hq)));
        return new Graph(nodes, java.util.List.of(hq));
    }

    @Test
    void aValueWithOtherUsersIsNotSwallowed() {
        Value x = g.embed("x", g.weight("table", DType.F32, 10, 64));
        Value o = g.linear("o", x, g.weight("wo", DType.F32, 64, 64), null);
        Value sum = g.add("sum", x, o);
        Graph graph = g.build(sum, o);
        assertEquals(graph.toString(), new Fuse().apply(graph).toString());
    }

    @Test
    void equalGraphsHaveEqualHashesAndOthersDoNot() {
        Value x = g.embed("x", g.weight("table", DType.F32, 10, 64));
        GraphBuilder again = new GraphBuilder();
        Value y = again.embed("x", again.weight("table", DType.F32, 10, 64));
        GraphBuilder other = new GraphBuilder();
        Value z = other.embed("x", other.weight("table", DType.F16, 10, 64));
        assertEquals(g.build(x).contentHash(), again.build(y).contentHash());
        assertNotEquals(g.build(x).contentHash(), other.build(z.rows().equals(Dim.TOKENS) ? other.add("w", z, z) : z)
                .contentHash());
    }
}

package dev.tegula.bench.attn;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scoring;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Causal attention over the KV cache: one row some way into a context or far into a long one, or a whole prompt. */
public class AttentionBench extends KernelBench {
    /** Heads of queries. */
    @Param("32")
    public int heads;

    /** Heads of keys and values. */
    @Param("8")
    public int kvHeads;

    /** Elements of a head. */
    @Param({"64", "128"})
    public int headSize;

    /** Format of the KV cache. */
    @Param({"F32", "F16", "BF16", "Q8_0"})
    public DType format;

    /** Positions that a row sees, 0 for all. */
    @Param("0")
    public int window;

    /** Bound of the scores, 0 for none. */
    @Param("0")
    public float softCap;

    /** Largest exponent of ALiBi's slopes, 0 for none. */
    @Param("0")
    public float maxBias;

    /** Whether there are sinks. */
    @Param("false")
    public boolean sinks;

    /** Rows of queries and positions before them, {@code rows@positions}. */
    @Param({"1@1023", "1@16383", "512@0"})
    public String at;

    @Override
    protected KernelRequest request() {
        Spec q = tokens(DType.F32, heads * headSize);
        Spec cache = new Spec(format, Dim.CONTEXT, 2 * kvHeads * headSize);
        float scale = (float) (1 / Math.sqrt(headSize));
        Scoring scoring = new Scoring(scale, window, softCap, maxBias, sinks);
        List<Spec> inputs = sinks ? List.of(q, cache, fixed(DType.F32, 1, heads)) : List.of(q, cache);
        return new KernelRequest(new Op.Attention(0, heads, kvHeads, headSize, scoring), inputs, List.of(q));
    }

    @Override
    protected int rows() {
        return Integer.parseInt(at.substring(0, at.indexOf('@')));
    }

    @Override
    protected int firstPosition() {
        return Integer.parseInt(at.substring(at.indexOf('@') + 1));
    }
}

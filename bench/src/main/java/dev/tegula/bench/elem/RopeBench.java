package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Rotation of heads by their position, alone and with the write to the KV cache. */
public class RopeBench extends KernelBench {
    /** Heads of queries. */
    @Param("32")
    public int heads;

    /** Heads of keys and values. */
    @Param("8")
    public int kvHeads;

    /** Elements of a head. */
    @Param("64")
    public int headSize;

    /** Format of the KV cache. */
    @Param({"F32", "F16", "BF16", "Q8_0"})
    public DType format;

    /** Pairs are the two halves of a head (NeoX order) instead of neighbours. */
    @Param("false")
    public boolean halves;

    /** Rows of activations. */
    @Param({"1", "512"})
    public int rows;

    /** The op, as kernel ids name it. */
    @Param({"rope", "kvwrite", "ropekvwrite"})
    public String op;

    @Override
    protected KernelRequest request() {
        Spec q = tokens(DType.F32, heads * headSize);
        Spec kv = tokens(DType.F32, kvHeads * headSize);
        Spec table = new Spec(DType.F32, Dim.CONTEXT, headSize);
        Spec cache = new Spec(format, Dim.CONTEXT, 2 * kvHeads * headSize);
        return switch (op) {
            case "rope" -> new KernelRequest(new Op.Rope(heads, headSize, headSize, halves), List.of(q, table),
                    List.of(q));
            case "kvwrite" -> new KernelRequest(new Op.KvWrite(0, kvHeads, headSize), List.of(kv, kv, cache),
                    List.of());
            case "ropekvwrite" -> new KernelRequest(
                    new Op.RopeKvWrite(0, heads, kvHeads, headSize, headSize, halves),
                    List.of(q, kv, kv, table, cache), List.of(q));
            default -> throw new IllegalArgumentException("no rotation is called " + op);
        };
    }

    @Override
    protected int rows() {
        return rows;
    }
}

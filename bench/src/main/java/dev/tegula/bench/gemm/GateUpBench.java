package dev.tegula.bench.gemm;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.LayerShape;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Two linear layers and the gate of a feed-forward layer: y = f(W x) · (V x). */
public class GateUpBench extends KernelBench {
    /** A layer of a published model, or MxNxK. */
    @Param("llama-3.2-1b/ffn_up")
    public String shape;

    /** Format of the weights. */
    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K", "TQ2_0"})
    public DType format;

    /** Format of the activations: what the weights' format asks for, or BF16 with weights in BF16. */
    @Param(USUAL)
    public String activations = USUAL;

    /** Rows of activations: 1 is decode, 512 a prompt. */
    @Param({"1", "512"})
    public int rows;

    /** The gate's function. */
    @Param("SILU")
    public Activation activation;

    @Override
    protected KernelRequest request() {
        LayerShape layer = LayerShape.of(shape, rows);
        Spec x = tokens(activations(activations, format), layer.k());
        Spec w = fixed(format, layer.n(), layer.k());
        return new KernelRequest(new Op.GateUp(activation), List.of(x, w, w), List.of(tokens(DType.F32, layer.n())));
    }

    @Override
    protected int rows() {
        return LayerShape.of(shape, rows).m();
    }
}

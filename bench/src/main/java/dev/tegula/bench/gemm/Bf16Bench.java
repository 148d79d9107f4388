package dev.tegula.bench.gemm;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.LayerShape;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Products of BF16 by BF16, which have kernels of their own: weights in BF16 are multiplied with activations in F32 otherwise. */
public class Bf16Bench extends KernelBench {
    /** A layer of a published model, or NxK. */
    @Param("llama-3.2-1b/ffn_down")
    public String shape;

    /** Format of both. */
    @Param("BF16")
    public DType format;

    /** Rows of activations: 1 is decode, 512 a prompt. */
    @Param({"1", "512"})
    public int rows;

    @Override
    protected KernelRequest request() {
        LayerShape layer = LayerShape.of(shape, rows);
        return new KernelRequest(new Op.MatMul(false, false),
                List.of(tokens(format, layer.k()), fixed(format, layer.n(), layer.k())),
                List.of(tokens(DType.F32, layer.n())));
    }

    @Override
    protected int rows() {
        return LayerShape.of(shape, rows).m();
    }
}

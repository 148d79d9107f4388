package dev.tegula.bench.gemm;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.LayerShape;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** The weight formats that the suites of their ops leave out, so that every format is measured, on a small layer and one row. */
public class FormatBench extends KernelBench {
    /** A layer of a published model, or NxK. */
    @Param("llama-3.2-1b/attn_k")
    public String shape;

    /** The op, as kernel ids name it. */
    @Param({"matmul", "gateup", "embed"})
    public String op;

    /** Format of the weights. BF16 has activations in BF16 here. */
    @Param({"BF16", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q5_K", "IQ4_NL", "IQ4_XS", "TQ1_0", "TQ2_F32", "MXFP4",
        "INT1_G32", "INT2_G32", "INT3_G32", "INT4_G32", "INT5_G32", "INT6_G32", "INT7_G32", "INT8_G32", "INT1_G128",
        "INT2_G128", "INT3_G128", "INT4_G128", "INT5_G128", "INT6_G128", "INT7_G128", "INT8_G128", "UINT1_G32",
        "UINT2_G32", "UINT3_G32", "UINT4_G32", "UINT5_G32", "UINT6_G32", "UINT7_G32", "UINT8_G32", "UINT1_G128",
        "UINT2_G128", "UINT3_G128", "UINT4_G128", "UINT5_G128", "UINT6_G128", "UINT7_G128", "UINT8_G128"})
    public DType format;

    @Override
    protected KernelRequest request() {
        LayerShape layer = LayerShape.of(shape, rows());
        Spec x = tokens(format == DType.BF16 ? DType.BF16 : Activations.typeFor(format), layer.k());
        Spec w = fixed(format, layer.n(), layer.k());
        List<Spec> y = List.of(tokens(DType.F32, layer.n()));
        return switch (op) {
            case "matmul" -> new KernelRequest(new Op.MatMul(false, false), List.of(x, w), y);
            case "gateup" -> new KernelRequest(new Op.GateUp(Activation.SILU), List.of(x, w, w), y);
            case "embed" -> new KernelRequest(new Op.Embed(),
                    List.of(fixed(format, VOCABULARY, layer.k())), List.of(tokens(DType.F32, layer.k())));
            default -> throw new IllegalArgumentException("no op with weights is called " + op);
        };
    }

    @Override
    protected int rows() {
        return 1;
    }
}

package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Element by element: gates of a feed-forward layer, and the sum of two matrices. */
public class GateBench extends KernelBench {
    /** Elements per row. */
    @Param("8192")
    public int cols;

    /** Rows of activations. */
    @Param({"1", "512"})
    public int rows;

    /** The op, as kernel ids name it. */
    @Param({"gate", "add"})
    public String op;

    /** The gate's function. */
    @Param({"SILU", "GELU", "RELU2"})
    public Activation activation;

    @Override
    protected KernelRequest request() {
        Spec x = tokens(DType.F32, cols);
        return switch (op) {
            case "gate" -> new KernelRequest(new Op.Gate(activation), List.of(x, x), List.of(x));
            case "add" -> new KernelRequest(new Op.Add(), List.of(x, x), List.of(x));
            default -> throw new IllegalArgumentException("no element-wise op is called " + op);
        };
    }

    @Override
    protected int rows() {
        return rows;
    }
}

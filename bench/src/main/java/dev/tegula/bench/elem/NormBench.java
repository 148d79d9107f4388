package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Norms of rows, alone and with the quantization that follows them. */
public class NormBench extends KernelBench {
    private static final float EPS = 1e-5f;

    /** Elements per row. */
    @Param("2048")
    public int cols;

    /** Rows of activations. */
    @Param({"1", "512"})
    public int rows;

    /** The op, as kernel ids name it. */
    @Param({"rmsnorm", "layernorm", "normquantize"})
    public String op;

    /** Format of the blocks of normquantize. */
    @Param({"Q8_A256", "Q8_A32", "Q8_A128"})
    public DType format;

    @Override
    protected KernelRequest request() {
        Spec x = tokens(DType.F32, cols);
        Spec w = fixed(DType.F32, 1, cols);
        return switch (op) {
            case "rmsnorm" -> new KernelRequest(new Op.RmsNorm(EPS, 1), List.of(x, w), List.of(x));
            case "layernorm" -> new KernelRequest(new Op.LayerNorm(EPS), List.of(x, w, w), List.of(x));
            case "normquantize" -> new KernelRequest(new Op.NormQuantize(EPS), List.of(x, w),
                    List.of(tokens(format, cols)));
            default -> throw new IllegalArgumentException("no norm is called " + op);
        };
    }

    @Override
    protected int rows() {
        return rows;
    }
}

package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Activations to blocks of Q8. */
public class QuantizeBench extends KernelBench {
    /** Elements per row. */
    @Param("2048")
    public int cols;

    /** Rows of activations. */
    @Param({"1", "512"})
    public int rows;

    /** Format of the blocks. */
    @Param({"Q8_A32", "Q8_A128", "Q8_A256", "BF16"})
    public DType format;

    @Override
    protected KernelRequest request() {
        return new KernelRequest(new Op.Quantize(), List.of(tokens(DType.F32, cols)), List.of(tokens(format, cols)));
    }

    @Override
    protected int rows() {
        return rows;
    }
}

package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Softmax of rows. */
public class SoftmaxBench extends KernelBench {
    /** Elements per row. */
    @Param("128256")
    public int cols;

    /** Rows. */
    @Param("1")
    public int rows;

    @Override
    protected KernelRequest request() {
        Spec x = tokens(DType.F32, cols);
        return new KernelRequest(new Op.Softmax(), List.of(x), List.of(x));
    }

    @Override
    protected int rows() {
        return rows;
    }
}

package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** The largest of rows, as a sampler wants them of logits: one for the greedy choice, a few to draw from. */
public class TopKBench extends KernelBench {
    /** Elements per row. */
    @Param("128256")
    public int cols;

    /** How many are wanted of each row. */
    @Param({"1", "40"})
    public int k;

    /** Rows. */
    @Param("1")
    public int rows;

    @Override
    protected KernelRequest request() {
        return new KernelRequest(new Op.TopK(k), List.of(tokens(DType.F32, cols)),
                List.of(tokens(DType.F32, k), tokens(DType.I32, k)));
    }

    @Override
    protected int rows() {
        return rows;
    }
}

package dev.tegula.bench.elem;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Rows of a table, and rows picked from a batch. */
public class EmbedBench extends KernelBench {
    /** Elements per row. */
    @Param("2048")
    public int cols;

    /** Rows of activations. */
    @Param({"1", "512"})
    public int rows;

    /** The op, as kernel ids name it. */
    @Param({"embed", "selectrows"})
    public String op;

    /** Format of the table. */
    @Param({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K", "TQ2_0"})
    public DType format;

    @Override
    protected KernelRequest request() {
        return switch (op) {
            case "embed" -> new KernelRequest(new Op.Embed(), List.of(fixed(format, VOCABULARY, cols)),
                    List.of(tokens(DType.F32, cols)));
            case "selectrows" -> new KernelRequest(new Op.SelectRows(), List.of(tokens(DType.F32, cols)),
                    List.of(new Spec(DType.F32, Dim.OUTPUTS, cols)));
            default -> throw new IllegalArgumentException("no selection of rows is called " + op);
        };
    }

    @Override
    protected int rows() {
        return rows;
    }
}

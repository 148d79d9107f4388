package dev.tegula.kernel;

import dev.tegula.tensor.TensorView;
import java.util.List;

/**
 * What a kernel is bound to: the request and the memory of each operand, in the op's order.
 *
 * @param request the op with formats and shapes
 * @param inputs memory of the inputs
 * @param outputs memory of the outputs
 */
public record KernelArgs(KernelRequest request, List<Operand> inputs, List<TensorView> outputs) {
    /** Copies the lists and checks their sizes. */
    public KernelArgs {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        if (inputs.size() != request.inputs().size() || outputs.size() != request.outputs().size()) {
            throw new IllegalArgumentException(request + " bound to " + inputs.size() + " inputs, " + outputs.size()
                    + " outputs");
        }
    }

    /** The i-th input, which is a matrix. */
    public TensorView matrix(int i) {
        if (inputs.get(i) instanceof Operand.Matrix(TensorView view)) {
            return view;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no matrix");
    }

    /** The i-th input, which is a weight matrix. */
    public Operand.Weights weights(int i) {
        if (inputs.get(i) instanceof Operand.Weights weights) {
            return weights;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no weight matrix");
    }

    /** The i-th input, which is a table for look-ups. */
    public Operand.Table table(int i) {
        if (inputs.get(i) instanceof Operand.Table table) {
            return table;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no table");
    }

    /** The i-th input, which is the KV cache. */
    public Operand.Cache cache(int i) {
        if (inputs.get(i) instanceof Operand.Cache cache) {
            return cache;
        }
        throw new IllegalArgumentException("input " + i + " of " + request + " is no KV cache");
    }

    /** The first output. */
    public TensorView output() {
        return outputs.get(0);
    }

    /** Rows of the step in a batch: all of them, or those whose logits are wanted. */
    public RowCount rows() {
        return RowCount.of(request.output().rows());
    }
}

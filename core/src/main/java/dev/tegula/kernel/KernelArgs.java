package dev.tegula.kernel;

import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a kernel is bound to: the request and the memory of each operand, in the op's order.
 *
 * @param request the op with formats and shapes
 * @param inputs memory of the inputs
 * @param outputs memory of the outputs
 * @param shared native memory, aligned to 64 bytes, that the workers of a call share: {@link #sharedBytes} of it, or none, and
 *            then no call is cut such that it needs some; its content is undefined at the start of a call
 */
public record KernelArgs(KernelRequest request, List<Operand> inputs, List<TensorView> outputs, MemorySegment shared) {
    /** Copies the lists and checks their sizes. */
    public KernelArgs {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        if (inputs.size() != request.inputs().size() || outputs.size() != request.outputs().size()) {
            throw new IllegalArgumentException(request + " bound to " + inputs.size() + " inputs, " + outputs.size()
                    + " outputs");
        }
    }

    /** Operands without shared memory. */
    public KernelArgs(KernelRequest request, List<Operand> inputs, List<TensorView> outputs) {
        this(request, inputs, outputs, MemorySegment.NULL);
    }

    /**
     * Bytes of shared memory that a call may need.
     *
     * @param workers that share a call
     * @param context positions of a sequence at most
     */
    public static long sharedBytes(KernelRequest request, int workers, int context) {
        return request.op() instanceof Op.Attention op ? AttentionSplit.bytes(op, workers, context) : 0;
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

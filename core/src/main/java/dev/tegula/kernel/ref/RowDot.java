package dev.tegula.kernel.ref;

import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Codecs;
import java.lang.foreign.MemorySegment;

/** Products of one row of weights with several rows of activations: the tree of a weight format. */
abstract class RowDot {
    /** Rows of activations at most per call: the weights are unpacked once for so many. */
    static final int ROWS = 32;

    final TensorView x;
    final Operand.Weights weights;

    RowDot(TensorView x, Operand.Weights weights) {
        this.x = x;
        this.weights = weights;
    }

    /** The tree of the weights' format. */
    static RowDot of(TensorView x, Operand.Weights weights) {
        if (x.type() == DType.BF16) {
            return new Bf16Dot(x, weights);
        }
        return Codecs.hasCodes(weights.type()) ? new QuantizedDot(x, weights) : new FloatDot(x, weights);
    }

    /** Scratch memory for weights: the results, then a decoded row. */
    static Scratch.Size scratch(KernelRequest.Spec weights) {
        return Scratch.Size.ofBytes(
                4L * ROWS + (weights.type() == DType.F16 || weights.type() == DType.BF16 ? 4L * weights.cols() : 0));
    }

    /**
     * Writes the dot products of weight row {@code j} with {@code n} rows of activations from {@code row} on to the
     * start of scratch, as F32.
     */
    abstract void run(int j, int row, int n, MemorySegment scratch);
}

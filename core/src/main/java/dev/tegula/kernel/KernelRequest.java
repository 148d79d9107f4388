package dev.tegula.kernel;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An op with the formats and shapes of its operands: what a kernel is asked for.
 *
 * @param op the operation
 * @param inputs its inputs in the op's order
 * @param outputs its outputs in the op's order
 */
public record KernelRequest(Op op, List<Spec> inputs, List<Spec> outputs) {
    /**
     * Format and shape of one operand.
     *
     * @param type number format
     * @param rows number of rows, perhaps symbolic
     * @param cols elements per row
     */
    public record Spec(DType type, Dim rows, int cols) {
        @Override
        public String toString() {
            return type + "[" + rows + "×" + cols + "]";
        }
    }

    /** Copies the lists. */
    public KernelRequest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** The i-th input. */
    public Spec input(int i) {
        return inputs.get(i);
    }

    /** The first output, or the first input of an op without output. */
    public Spec output() {
        return outputs.isEmpty() ? inputs.get(0) : outputs.get(0);
    }

    @Override
    public String toString() {
        return op + inputs.stream().map(Spec::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}

package dev.tegula.graph;

import dev.tegula.kernel.KernelRequest;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;

/**
 * A matrix that flows through a graph. Every value is made once; values are equal when their ids are.
 *
 * @param id unique in its graph
 * @param name name in the model file for weights, a short readable name otherwise
 * @param kind where the value comes from
 * @param type number format
 * @param rows number of rows, perhaps symbolic
 * @param cols elements per row
 */
public record Value(int id, String name, Kind kind, DType type, Dim rows, int cols) {
    /** Where a value comes from. */
    public enum Kind {
        /** A tensor of the model file. */
        WEIGHT,
        /** Computed once when the model is loaded. */
        CONSTANT,
        /** Computed for every batch. */
        ACTIVATION,
        /** The state of the KV cache; all such values share its memory. */
        CACHE
    }

    /** Format and shape, as a kernel is asked for them. */
    public KernelRequest.Spec spec() {
        return new KernelRequest.Spec(type, rows, cols);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value value && value.id == id;
    }

    @Override
    public int hashCode() {
        return Integer.hashCode(id);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case WEIGHT -> "@" + name;
            case CONSTANT -> "$" + name;
            case ACTIVATION, CACHE -> "%" + name;
        };
    }
}

package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;

/** Memory that a kernel is bound to. */
public sealed interface Operand {
    /**
     * Activations, norms, biases and tables: rows as they are.
     *
     * @param view the matrix; for a symbolic number of rows, as many as the batch can have
     */
    record Matrix(TensorView view) implements Operand {}

    /**
     * Weights in the layout that the kernel asked for.
     *
     * @param segment native memory
     * @param offset byte offset of the first group
     * @param type format of the weights
     * @param rows rows of the matrix (n)
     * @param cols elements per row (k)
     * @param packing layout of the memory
     */
    record Weights(MemorySegment segment, long offset, DType type, long rows, int cols, Packing packing)
            implements
                Operand {
        /** Checks that the packed matrix lies inside the segment. */
        public Weights {
            java.util.Objects.checkFromIndexSize(offset, packing.bytes(type, rows, cols), segment.byteSize());
        }
    }

    /**
     * A table of which single rows are looked up; it stays in the model file.
     *
     * @param source copies rows
     * @param type format of the rows
     * @param rows rows of the table
     * @param cols elements per row
     */
    record Table(RowSource source, DType type, long rows, int cols) implements Operand {}

    /** Copies rows of a table, in its format. Thread-safe, allocates nothing. */
    @FunctionalInterface
    interface RowSource {
        /**
         * Copies one row.
         *
         * @param row index of the row
         * @param dst native memory
         * @param dstOffset where to in {@code dst}
         */
        void copy(long row, MemorySegment dst, long dstOffset);
    }

    /**
     * The KV cache.
     *
     * @param segment native memory of the pool
     * @param layout where keys and values lie in it
     */
    record Cache(MemorySegment segment, KvLayout layout) implements Operand {
        /** Checks that the pool lies inside the segment. */
        public Cache {
            java.util.Objects.checkFromIndexSize(0, layout.bytes(), segment.byteSize());
        }
    }
}

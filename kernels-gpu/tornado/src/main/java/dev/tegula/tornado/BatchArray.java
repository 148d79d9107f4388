package dev.tegula.tornado;

import dev.tegula.kernel.Batch;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A batch as kernels see it: block tables' width and place, four numbers per row as {@link Batch} has them, the tables. */
final class BatchArray {
    /** KV blocks of one sequence's table, and where the tables begin. */
    static final int BLOCKS = 0;
    static final int TABLES = 1;
    /** Where the rows begin. */
    static final int ROWS = 2;

    private final IntArray array;
    private final int rows;
    private final int tables;

    /** For batches of the size of one. */
    BatchArray(Batch batch) {
        this.rows = Math.toIntExact(batch.rowsMemory().byteSize() / Integer.BYTES);
        this.tables = Math.toIntExact(batch.tablesMemory().byteSize() / Integer.BYTES);
        this.array = new IntArray(ROWS + rows + tables);
        array.init(0);
    }

    IntArray array() {
        return array;
    }

    /** Whether a batch fits. */
    boolean holds(Batch batch) {
        return batch.rowsMemory().byteSize() <= 4L * rows && batch.tablesMemory().byteSize() <= 4L * tables;
    }

    /** Takes over a batch; a grid may have an item for an output that is not wanted, which then is row 0. */
    void fill(Batch batch) {
        array.set(BLOCKS, batch.maxBlocks());
        array.set(TABLES, ROWS + rows);
        MemorySegment.copy(batch.rowsMemory(), 0, array.getSegment(), 4L * ROWS, 16L * batch.rows());
        if (batch.outputs() == 0) {
            array.set(ROWS + 3, 0);
        }
        MemorySegment.copy(batch.tablesMemory(), 0, array.getSegment(), 4L * (ROWS + rows),
                4L * batch.sequences() * batch.maxBlocks());
    }
}

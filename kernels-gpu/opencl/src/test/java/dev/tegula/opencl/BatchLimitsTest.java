package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.Storage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches that would make kernels leave their memory. */
class BatchLimitsTest {
    private final Storage storage = new Storage("test");
    private final BatchLimits limits = new BatchLimits("opencl:0");

    @AfterEach
    void close() {
        storage.close();
    }

    /** One sequence of rows at positions 62 ... 65, whose blocks are 7, 3 and 5; the last row is wanted. */
    private Batch batch() {
        Batch batch = new Batch(storage, 8, 2, 4);
        batch.addSequence(new int[]{7, 3, 5}, 3);
        for (int position = 62; position < 66; position++) {
            batch.addRow(1, position, position == 65);
        }
        return batch;
    }

    private String refused() {
        return assertThrows(IllegalArgumentException.class, () -> limits.check(batch())).getMessage();
    }

    @Test
    void whatFitsIsTaken() {
        limits.check(batch());
        limits.rows(RowCount.TOKENS, 4);
        limits.rows(RowCount.OUTPUTS, 1);
        limits.positions(66);
        limits.blocks(8, 0);
        limits.blocks(6, 1);
        limits.check(batch());
    }

    @Test
    void rowsAndPositions() {
        limits.positions(65);
        limits.positions(99);
        assertEquals("opencl:0: row 3 is at position 65, and there are angles for 65", refused());
        limits.rows(RowCount.OUTPUTS, 0);
        assertEquals("opencl:0: the batch has 1 rows of OUTPUTS, and there is memory for 0", refused());
    }

    /** Only those that are looked at count: with a window of 31 the first row begins at position 32. */
    @Test
    void blocksWithinTheWindow() {
        limits.blocks(7, 31);
        limits.check(batch());
        limits.blocks(7, 32);
        assertEquals("opencl:0: sequence 0 has KV block 7 for its positions from 0 on, and there are 7", refused());
    }

    @Test
    void blocksThatAreWritten() {
        limits.blocks(5, 1);
        assertEquals("opencl:0: sequence 0 has KV block 5 for its positions from 64 on, and there are 5", refused());
    }
}

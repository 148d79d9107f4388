package dev.tegula.engine;

import dev.tegula.exec.Executor;
import dev.tegula.sample.TopLogits;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;

/**
 * {@link TopLogits} of rows that may lie on a device: there they are found, and nothing else is downloaded. Rows on the host are
 * another's. For the scheduler's thread.
 *
 * @param executor computed the rows
 * @param host finds the first logits of rows on the host
 */
record DeviceTopLogits(Executor executor, TopLogits host) implements TopLogits {
    @Override
    public void select(MemorySegment logits, long offset, int count, int k, float[] values, int[] ids) {
        TensorView rows = executor.logitsMemory();
        int row = (int) ((offset - rows.offset()) / rows.rowBytes());
        if (executor.firstOnDevice(row, k, values, ids)) {
            if (!(values[0] < Float.POSITIVE_INFINITY)) {
                // Who reports it looks for the token in the row itself.
                executor.fetch(row);
            }
            return;
        }
        executor.fetch(row);
        host.select(logits, offset, count, k, values, ids);
    }
}

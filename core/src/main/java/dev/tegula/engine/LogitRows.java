package dev.tegula.engine;

import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;

/** One view per row of the logits, made once, so that looking at a row allocates nothing. */
final class LogitRows {
    private final int count;
    private final TensorView[] rows;
    private final TensorView[] readOnly;
    private MemorySegment segment;
    private long offset = -1;

    /** @param count rows at most */
    LogitRows(int count) {
        this.count = count;
        this.rows = new TensorView[count];
        this.readOnly = new TensorView[count];
    }

    /** Takes the logits of the step at hand. */
    void of(TensorView logits) {
        if (logits.segment() == segment && logits.offset() == offset) {
            return;
        }
        segment = logits.segment();
        offset = logits.offset();
        MemorySegment closed = segment.asReadOnly();
        for (int i = 0; i < Math.min(count, logits.rows()); i++) {
            long at = logits.rowOffset(i);
            rows[i] = TensorView.dense(segment, at, logits.type(), 1, logits.cols());
            readOnly[i] = TensorView.dense(closed, at, logits.type(), 1, logits.cols());
        }
    }

    TensorView row(int index) {
        return rows[index];
    }

    TensorView readOnly(int index) {
        return readOnly[index];
    }
}

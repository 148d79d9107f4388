package dev.tegula.kernel;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Attention cut over the context, for batches with fewer units of work than workers: each segment
 * ({@link KvLayout#SEGMENT}) that a row sees becomes a part ({@link AttentionPart}) in memory that the call's workers share,
 * and when all are there, a second kernel merges those of each query in order. Whoever computes a segment, its part is the
 * same, so the result is that of the kernel which is not cut.
 *
 * <p>A unit is a piece of a row's queries with one segment; units are numbered row by row, in a row piece by piece:
 *
 * <pre>
 *   row 0                                      row 1
 *   piece 0              piece 1               …
 *   segment 3 | 4 | 5    segment 3 | 4 | 5
 * </pre>
 */
public final class AttentionSplit {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    /** Portions per worker: the first and the last segment of a row are shorter than the others. */
    private static final int PORTIONS_PER_WORKER = 8;

    private final Op.Attention op;
    private final TensorView sinks;
    private final TensorView y;
    private final MemorySegment memory;
    private final int pieces;
    private final long partBytes;

    /**
     * Takes what an attention kernel is bound to.
     *
     * @param pieces of a row's queries that a kernel computes at a time, at least as many as KV heads
     */
    public AttentionSplit(KernelArgs args, int pieces) {
        this.op = (Op.Attention) args.request().op();
        this.sinks = op.scoring().sinks() ? args.matrix(2) : null;
        this.y = args.output();
        this.memory = args.shared();
        this.pieces = pieces;
        this.partBytes = AttentionPart.bytes(op.headSize());
    }

    /**
     * Bytes of shared memory for every batch that could be cut.
     *
     * @param workers that share a call
     * @param context positions of a sequence at most
     */
    public static long bytes(Op.Attention op, int workers, int context) {
        int window = op.scoring().window();
        long segments = Math.ceilDiv(context, KvLayout.SEGMENT);
        if (window > 0) {
            segments = Math.min(segments, (window - 1) / KvLayout.SEGMENT + 2);
        }
        long rows = (workers - 1) / op.kvHeads();
        return segments < 2 ? 0 : rows * op.heads() * segments * AttentionPart.bytes(op.headSize());
    }

    /** Into how many portions a call is cut; 0 when it is better not cut over the context. */
    public int portions(Batch batch, int workers) {
        long whole = (long) batch.rows() * pieces;
        return whole < workers ? Math.min(units(batch), workers * PORTIONS_PER_WORKER) : 0;
    }

    /**
     * Whether a call of so many portions is cut over the context: what goes by it, {@link Kernel#run} and the merge, need
     * not know who decided it.
     */
    public boolean cuts(Batch batch, int portions) {
        return portions > (long) batch.rows() * pieces && units(batch) > 0;
    }

    /** Units of a call; 0 where no row sees two segments, or memory is short. */
    public int units(Batch batch) {
        int all = 0;
        int most = 0;
        for (int row = 0; row < batch.rows(); row++) {
            all += segments(batch, row);
            most = Math.max(most, segments(batch, row));
        }
        boolean fits = (long) most * batch.rows() * op.heads() * partBytes <= memory.byteSize();
        return most > 1 && fits ? all * pieces : 0;
    }

    /** The row of a unit. */
    public int row(Batch batch, int unit) {
        int row = 0;
        int rest = unit;
        while (rest >= segments(batch, row) * pieces) {
            rest -= segments(batch, row++) * pieces;
        }
        return row;
    }

    /** The piece of a unit. */
    public int piece(Batch batch, int row, int unit) {
        return inRow(batch, row, unit) / segments(batch, row);
    }

    /** The segment of a unit: it is positions {@code 512 · segment …} that are to be looked at. */
    public int segment(Batch batch, int row, int unit) {
        return first(batch, row) + inRow(batch, row, unit) % segments(batch, row);
    }

    private int inRow(Batch batch, int row, int unit) {
        int rest = unit;
        for (int r = 0; r < row; r++) {
            rest -= segments(batch, r) * pieces;
        }
        return rest;
    }

    private int first(Batch batch, int row) {
        return op.scoring().first(batch.position(row)) / KvLayout.SEGMENT;
    }

    private int segments(Batch batch, int row) {
        return batch.position(row) / KvLayout.SEGMENT - first(batch, row) + 1;
    }

    /** Where the part of a query lies in the shared memory; those of the next heads follow it. */
    public long part(Batch batch, int row, int head, int segment) {
        return (((long) (segment - first(batch, row)) * batch.rows() + row) * op.heads() + head) * partBytes;
    }

    /**
     * The kernel that makes results of parts.
     *
     * @param kernel the one that computes the parts
     * @return nothing where there is no shared memory, and so never a call that is cut
     */
    public Optional<Kernel> merge(Kernel kernel) {
        return memory.byteSize() == 0 ? Optional.empty() : Optional.of(new Merge(kernel));
    }

    /** Merges the parts of each query; has no portions when there are no parts. */
    private final class Merge implements Kernel {
        private final Kernel kernel;

        private Merge(Kernel kernel) {
            this.kernel = kernel;
        }

        @Override
        public int portions(Batch batch, int workers) {
            return cuts(batch, kernel.portions(batch, workers))
                    ? Portions.of((long) batch.rows() * op.heads(), workers)
                    : 0;
        }

        @Override
        public void run(Batch batch, int portion, int portions, Scratch scratch) {
            int units = batch.rows() * op.heads();
            int end = Portions.first(units, portion + 1, portions);
            for (int u = Portions.first(units, portion, portions); u < end; u++) {
                query(batch, u / op.heads(), u % op.heads());
            }
        }

        private void query(Batch batch, int row, int head) {
            int first = first(batch, row);
            long total = part(batch, row, head, first);
            for (int segment = first + 1; segment < first + segments(batch, row); segment++) {
                AttentionPart.merge(memory, total, part(batch, row, head, segment), op.headSize());
            }
            if (sinks != null) {
                AttentionPart.sink(memory, total, op.headSize(),
                        sinks.segment().get(F32, sinks.rowOffset(0) + 4L * head));
            }
            AttentionPart.store(memory, total, op.headSize(), y, row, head * op.headSize());
        }
    }
}

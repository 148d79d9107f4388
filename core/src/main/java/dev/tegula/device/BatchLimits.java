package dev.tegula.device;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Dim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a batch may hold so that a program's kernels stay inside their memory: they trust it, and a device may not notice.
 * {@link #check} allocates nothing.
 */
public final class BatchLimits {
    private static final RowCount[] COUNTS = RowCount.values();

    private final String device;
    private final long[] rows = new long[COUNTS.length];
    /** One for each window of those that read caches. */
    private final List<Blocks> blocks = new ArrayList<>();
    private long positions = Long.MAX_VALUE;

    /**
     * Blocks of the smallest cache of which a row looks at those of its window.
     *
     * @param seen which positions a row sees
     * @param limit how many blocks there are
     */
    private record Blocks(Scoring seen, int limit) {}

    /**
     * Nothing is limited yet.
     *
     * @param device its id, for messages
     */
    BatchLimits(String device) {
        this.device = device;
        Arrays.fill(rows, Long.MAX_VALUE);
    }

    /**
     * Checks the calls of a program, and finds what its batches may hold.
     *
     * @param device on which it runs
     * @param calls of kernels of this device, each a {@link DeviceTypedFactory}
     * @throws IllegalArgumentException when a kernel or memory is of another device, when a kernel refuses its request, or
     *             when memory does not fit it
     */
    public static BatchLimits of(Device device, List<DeviceCall> calls) {
        BatchLimits limits = new BatchLimits(device.info().id());
        for (DeviceCall call : calls) {
            if (!(call.kernel() instanceof DeviceTypedFactory kernel) || kernel.device() != device) {
                throw new IllegalArgumentException(call.kernel().id() + " is no kernel of " + device.info().id());
            }
            kernel.check(call);
            limits.add(call);
        }
        return limits;
    }

    private void add(DeviceCall call) {
        for (int i = 0; i < call.inputs().size(); i++) {
            add(call.request().input(i), call.inputs().get(i));
        }
        for (int i = 0; i < call.outputs().size(); i++) {
            add(call.request().outputs().get(i), call.outputs().get(i));
        }
        switch (call.request().op()) {
            case Op.Rope op -> positions(call.matrix(1).rows());
            case Op.KvWrite op -> blocks(call.cache(2), 1);
            case Op.RopeKvWrite op -> {
                positions(call.matrix(3).rows());
                blocks(call.cache(4), 1);
            }
            case Op.Attention op -> blocks(call.cache(1), op.scoring().window());
            default -> {
                // Reads and writes rows only.
            }
        }
    }

    private void add(Spec spec, DeviceOperand operand) {
        boolean ofBatch = spec.rows().equals(Dim.TOKENS) || spec.rows().equals(Dim.OUTPUTS);
        if (ofBatch && operand instanceof DeviceOperand.Matrix matrix) {
            rows(RowCount.of(spec.rows()), matrix.rows());
        }
    }

    /** A matrix has so many rows. */
    void rows(RowCount which, long limit) {
        rows[which.ordinal()] = Math.min(rows[which.ordinal()], limit);
    }

    /** There are angles for so many positions. */
    void positions(long limit) {
        positions = Math.min(positions, limit);
    }

    private void blocks(DeviceOperand.Cache cache, int window) {
        blocks(cache.layout().blocks(), window);
    }

    /**
     * A cache has so many blocks, of which a row looks at those of its window.
     *
     * @param window positions that a row sees, with its own; 0 for all
     */
    void blocks(int limit, int window) {
        for (int i = 0; i < blocks.size(); i++) {
            Blocks before = blocks.get(i);
            if (before.seen().window() == window) {
                blocks.set(i, new Blocks(before.seen(), Math.min(before.limit(), limit)));
                return;
            }
        }
        blocks.add(new Blocks(Scoring.scaled(1, window), limit));
    }

    /**
     * Looks at a batch.
     *
     * @throws IllegalArgumentException with what it has too much of
     */
    public void check(Batch batch) {
        for (int i = 0; i < rows.length; i++) {
            if (COUNTS[i].in(batch) > rows[i]) {
                throw wrong("the batch has " + COUNTS[i].in(batch) + " rows of " + COUNTS[i]
                        + ", and there is memory for " + rows[i]);
            }
        }
        for (int r = 0; r < batch.rows(); r++) {
            if (batch.position(r) >= positions) {
                throw wrong("row " + r + " is at position " + batch.position(r) + ", and there are angles for "
                        + positions);
            }
        }
        for (int i = 0; i < blocks.size(); i++) {
            check(batch, blocks.get(i));
        }
    }

    private void check(Batch batch, Blocks cache) {
        for (int s = 0; s < batch.sequences(); s++) {
            if (batch.firstRow(s) == batch.firstRow(s + 1)) {
                continue;
            }
            int first = cache.seen().first(batch.position(batch.firstRow(s))) / KvLayout.BLOCK;
            int last = batch.position(batch.firstRow(s + 1) - 1) / KvLayout.BLOCK;
            for (int b = first; b <= last; b++) {
                if (batch.block(s, b) < 0 || batch.block(s, b) >= cache.limit()) {
                    throw wrong("sequence " + s + " has KV block " + batch.block(s, b)
                            + " for its positions from " + b * KvLayout.BLOCK + " on, and there are "
                            + cache.limit());
                }
            }
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(device + ": " + what);
    }
}

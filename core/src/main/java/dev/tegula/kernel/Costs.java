package dev.tegula.kernel;

import dev.tegula.tensor.Dim;

/** What an op costs at least, whoever computes it. */
final class Costs {
    private Costs() {}

    /**
     * Cost of a call.
     *
     * @param rows rows of the batch
     * @param context positions that an attention row sees on average
     */
    static Cost of(KernelRequest r, int rows, int context) {
        long bytes = 0;
        for (KernelRequest.Spec spec : r.inputs()) {
            bytes += bytes(spec, rows);
        }
        for (KernelRequest.Spec spec : r.outputs()) {
            bytes += bytes(spec, rows);
        }
        long elements = (long) rows * r.output().cols();
        return switch (r.op()) {
            case Op.Embed o -> new Cost(elements,
                    rows * r.input(0).type().bytes(r.input(0).cols()) + bytes(r.output(), rows));
            case Op.MatMul o -> new Cost(elements * r.input(0).cols(), bytes);
            case Op.GateUp o -> new Cost(2 * elements * r.input(0).cols(), bytes);
            case Op.Attention o -> new Cost(2 * elements * context,
                    bytes + rows * 2L * context * r.input(1).type().bytes((long) o.kvHeads() * o.headSize()));
            case Op.KvWrite o -> new Cost(2 * elements,
                    bytes + 2L * rows * r.input(2).type().bytes((long) o.kvHeads() * o.headSize()));
            case Op.RopeKvWrite o -> new Cost(2 * elements,
                    bytes + 2L * rows * r.input(4).type().bytes((long) o.kvHeads() * o.headSize()));
            default -> new Cost(elements, bytes);
        };
    }

    /** Bytes of an operand that a call touches; of tables by position, which are symbolic too, the batch's rows. */
    private static long bytes(KernelRequest.Spec spec, int rows) {
        boolean cache = spec.rows().equals(Dim.CONTEXT);
        long count = spec.rows().isSymbolic() ? rows : spec.rows().size();
        return cache ? 0 : count * spec.type().bytes(spec.cols());
    }
}

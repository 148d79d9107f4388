package dev.tegula.kernel;

import dev.tegula.tensor.Dim;

/** What an op costs at least, whoever computes it. */
public final class Costs {
    private Costs() {}

    /**
     * The formula of an op's cost in words, a phrase for the multiply-adds and one for the bytes. T is rows of the batch, n × k
     * the weights' shape, C positions that a row sees; heads and sizes are the op's. The table of angles, a few rows
     * that stay in the nearest cache, is not counted.
     *
     * @param op the op's name in kernel ids
     */
    public static String words(String op) {
        return switch (op) {
            case "embed" -> "T·columns; the rows looked up, and the output";
            case "matmul" -> "T·n·k; every operand once";
            case "gateup" -> "2·T·n·k; every operand once";
            case "attention" -> "2·T·heads·headSize·C; q and the output once, T·C keys and values per KV head";
            case "topk" -> "T·columns of x; every operand once";
            case "kvwrite" -> "2·T·kvHeads·headSize; k and v once, T keys and values per KV head";
            case "ropekvwrite" -> "2·T·heads·headSize; q, k, v and the output once, T keys and values per KV head";
            default -> "T·columns; every operand once";
        };
    }

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
            case Op.TopK o -> new Cost((long) rows * r.input(0).cols(), bytes);
            case Op.KvWrite o -> new Cost(2 * elements,
                    bytes + 2L * rows * r.input(2).type().bytes((long) o.kvHeads() * o.headSize()));
            case Op.RopeKvWrite o -> new Cost(2 * elements,
                    bytes + 2L * rows * r.input(4).type().bytes((long) o.kvHeads() * o.headSize()));
            default -> new Cost(elements, bytes);
        };
    }

    /** Bytes of an operand that a call touches; of what lies by position none: {@link #of} adds what it reads of a cache. */
    private static long bytes(KernelRequest.Spec spec, int rows) {
        boolean byPosition = spec.rows().equals(Dim.CONTEXT);
        long count = spec.rows().isSymbolic() ? rows : spec.rows().size();
        return byPosition ? 0 : count * spec.type().bytes(spec.cols());
    }
}

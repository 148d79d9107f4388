package dev.tegula.kernel.conform;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.CacheReader;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The {@link Bounds} of ops that turn heads, and that write and read the KV cache. */
final class CacheBounds {
    /** Roundings of the running sum and its corrections, besides one per position. */
    private static final int FEW = 64;

    private CacheBounds() {}

    /** Of heads that are turned: a sum of two products of an element with a cosine or sine. */
    static Tolerance turned(List<Operand> inputs, int x, int table, int size, Batch batch) {
        TensorView heads = ((Operand.Matrix) inputs.get(x)).view();
        TensorView angles = ((Operand.Matrix) inputs.get(table)).view();
        return (row, col) -> turned(Values.norm(heads, row, col / size * size, size),
                Values.norm(angles, batch.position((int) row), 0, angles.cols()));
    }

    private static double turned(double head, double angles) {
        return Bounds.unlessOverflowing(head * angles,
                4 * Bounds.UNIT * head * angles + Bounds.LEAST * (2 + head + angles));
    }

    /** Of the pool after writing: keys as the most turned head, then rounded to the format; values are copied. */
    static Tolerance written(List<Operand> inputs, TensorView right, int size, Batch batch) {
        TensorView k = ((Operand.Matrix) inputs.get(1)).view();
        TensorView angles = ((Operand.Matrix) inputs.get(3)).view();
        double most = 0;
        for (int row = 0; row < batch.rows(); row++) {
            double table = Values.norm(angles, batch.position(row), 0, angles.cols());
            for (int head = 0; head < k.cols(); head += size) {
                most = Math.max(most, turned(Values.norm(k, row, head, size), table));
            }
        }
        double turned = most;
        // A head's keys are a row of the pool, its values the next.
        return (row, col) -> row % 2 == 1 ? 0 : turned + Bounds.rounding(right.type(), Values.at(right, row, col));
    }

    /**
     * Of attention: with all scores off by at most e, each weight of the softmax is off by a factor of at most exp(2e), and
     * the result, a mean of values, by that part of the largest.
     */
    static Tolerance attention(Op.Attention op, List<Operand> inputs, Batch batch) {
        TensorView q = ((Operand.Matrix) inputs.get(0)).view();
        CacheReader cache = new CacheReader((Operand.Cache) inputs.get(1), op.layer());
        double[] bounds = new double[batch.rows() * op.heads()];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment decoded = arena.allocate(8L * KvLayout.BLOCK * op.headSize(), 64);
            for (int i = 0; i < bounds.length; i++) {
                double sink = op.scoring().sinks()
                        ? Math.abs(Values.at(((Operand.Matrix) inputs.get(2)).view(), 0, i % op.heads()))
                        : 0;
                bounds[i] = attention(op, q, cache, batch, i / op.heads(), i % op.heads(), decoded, sink);
            }
        }
        return (row, col) -> bounds[(int) row * op.heads() + col / op.headSize()];
    }

    private static double attention(Op.Attention op, TensorView q, CacheReader cache, Batch batch, int row, int head,
            MemorySegment decoded, double sink) {
        int size = op.headSize();
        Scoring scoring = op.scoring();
        int position = batch.position(row);
        int first = scoring.first(position);
        double key = 0;
        double value = 0;
        for (int block = first / KvLayout.BLOCK; block <= position / KvLayout.BLOCK; block++) {
            cache.decode(batch.block(batch.sequence(row), block), head / (op.heads() / op.kvHeads()), decoded, 0);
            for (int i = 0; i < KvLayout.BLOCK; i++) {
                int at = block * KvLayout.BLOCK + i;
                if (at >= first && at <= position) {
                    key = Math.max(key, norm(decoded, i, KvLayout.BLOCK, size));
                    value = Math.max(value, norm(decoded, KvLayout.BLOCK * size + i * size, 1, size));
                }
            }
        }
        double scores = Math.abs(scoring.scale()) * Values.norm(q, row, head * size, size) * key;
        double bias = scoring.slope(head, op.heads()) * (position + 1.0);
        double magnitude = scores + bias + scoring.softCap() + sink;
        // OpenCL lets tanh be 5 units in the last place off, and a quotient 2.5.
        double capped = 16 * Bounds.UNIT * scoring.softCap();
        double off = 2 * Bounds.gamma(size + 8) * scores + 8 * Bounds.UNIT * magnitude + capped;
        double part = Math.expm1(2 * off) + 4 * Bounds.gamma(position - first + FEW);
        return Bounds.unlessOverflowing(Math.max(scores / Math.min(1, Math.abs(scoring.scale())), value),
                // A mean is no further from another than twice the largest value.
                Math.min(part, 2.001) * value + Bounds.LEAST * (size + 2));
    }

    private static double norm(MemorySegment decoded, int from, int step, int size) {
        double sum = 0;
        for (int d = 0; d < size; d++) {
            double v = decoded.getAtIndex(ValueLayout.JAVA_FLOAT, from + d * step);
            sum += v * v;
        }
        return Math.sqrt(sum);
    }
}

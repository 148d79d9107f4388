package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Twin of {@link Op.Attention}: one pass with a running maximum and sum (Milakov and Gimelshein, arXiv:1805.02867), memory
 * per row independent of the context.
 *
 * <p>A row at position t sees positions a … t, where a = max(0, t − window + 1) with a window and 0 without. The context
 * is cut at multiples of {@link KvLayout#SEGMENT} into segments and at multiples of {@link KvLayout#BLOCK} into blocks,
 * both by absolute position; those that hold nothing the row sees are skipped. A segment starts with m = −∞, l = 0,
 * o = 0, and each of its blocks in order does
 *
 * <pre>
 * s[i]  = (fma(q[d], k[i][d], …) over d in order, from 0) * scale      −∞ where the row does not see position i
 * m'    = max(m, s[0 … 31])                                            NaN is passed over here; p keeps it
 * p[i]  = exp(s[i] − m')
 * c     = exp(m − m')
 * l     = fma(l, c, fold(p))                                           p[i] += p[i + 16] for i &lt; 16, then 8, 4, 2, 1
 * o[d]  = o[d] * c, then fma(p[i], v[i][d], o[d]) over the positions i that the row sees, in order
 * m     = m'
 * </pre>
 *
 * <p>The first segment's (m, l, o) is the row's (M, L, O); each further one is merged in order:
 *
 * <pre>
 * M' = max(M, m)    a = exp(M − M')    b = exp(m − M')
 * L  = fma(l, b, L * a)                O[d] = fma(o[d], b, O[d] * a)
 * </pre>
 *
 * <p>and the result is O[d] / L. Query head h reads KV head h / (heads / kvHeads).
 */
final class RefAttention implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT;
    private static final int BLOCK = KvLayout.BLOCK;
    private static final int BLOCKS_PER_SEGMENT = KvLayout.SEGMENT / BLOCK;
    /** Where the scores of a block, a segment's sum and a row's sum lie in scratch. */
    private static final long SCORES = 0;
    private static final long MAX = 4L * BLOCK;
    private static final long SUM = MAX + 4;
    private static final long PART = SUM + 4;

    private final TensorView q;
    private final Operand.Cache cache;
    private final TensorView y;
    private final Op.Attention op;
    private final boolean half;
    private final long total;

    private RefAttention(KernelArgs args) {
        this.op = (Op.Attention) args.request().op();
        this.q = args.matrix(0);
        this.cache = args.cache(1);
        this.y = args.output();
        this.half = cache.layout().type() == DType.F16;
        this.total = PART + 4L * op.headSize();
    }

    static KernelFactory factory(DType cache) {
        return TypedFactory
                .of(KernelId.of("attention", DType.F32, DType.F32, cache, "row", "ref"), Op.Attention.class,
                        List.of(DType.F32, cache), List.of(DType.F32), RefAttention::new)
                .withScratch(request -> Scratch.Size.ofBytes(PART + 8L * ((Op.Attention) request.op()).headSize()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of((long) batch.rows() * op.heads(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int units = batch.rows() * op.heads();
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            row(batch, u / op.heads(), u % op.heads(), scratch.bytes());
        }
    }

    private void row(Batch batch, int row, int head, MemorySegment scratch) {
        int last = batch.position(row);
        int first = op.window() == 0 ? 0 : Math.max(0, last - op.window() + 1);
        int sequence = batch.sequence(row);
        float max = Float.NEGATIVE_INFINITY;
        float sum = 0;
        boolean merged = false;
        for (int block = first / BLOCK; block <= last / BLOCK;) {
            int end = Math.min(last / BLOCK + 1, (block / BLOCKS_PER_SEGMENT + 1) * BLOCKS_PER_SEGMENT);
            begin(scratch);
            for (; block < end; block++) {
                block(batch.block(sequence, block), row, head, Math.max(0, first - block * BLOCK),
                        Math.min(BLOCK, last + 1 - block * BLOCK), scratch);
            }
            float partMax = scratch.get(F32, MAX);
            float partSum = scratch.get(F32, SUM);
            float newMax = partMax > max ? partMax : max;
            float a = merged ? FloatMath.exp(max - newMax) : 0f;
            float b = merged ? FloatMath.exp(partMax - newMax) : 1f;
            for (long at = 0; at < 4L * op.headSize(); at += 4) {
                float part = scratch.get(F32, PART + at);
                scratch.set(F32, total + at, merged ? Math.fma(part, b, scratch.get(F32, total + at) * a) : part);
            }
            sum = merged ? Math.fma(partSum, b, sum * a) : partSum;
            max = newMax;
            merged = true;
        }
        long to = y.rowOffset(row) + 4L * head * op.headSize();
        for (int d = 0; d < op.headSize(); d++) {
            y.segment().set(F32, to + 4L * d, scratch.get(F32, total + 4L * d) / sum);
        }
    }

    private void begin(MemorySegment scratch) {
        scratch.set(F32, MAX, Float.NEGATIVE_INFINITY);
        for (long at = SUM; at < total; at += 4) {
            scratch.set(F32, at, 0f);
        }
    }

    /** One block of which the row sees positions {@code from … to − 1}. */
    private void block(int block, int row, int head, int from, int to, MemorySegment scratch) {
        int size = op.headSize();
        int kvHead = head / (op.heads() / op.kvHeads());
        scores(block, kvHead, q.rowOffset(row) + 4L * head * size, from, to, scratch);
        float max = scratch.get(F32, MAX);
        float newMax = max;
        for (int i = from; i < to; i++) {
            float s = scratch.get(F32, SCORES + 4L * i);
            newMax = s > newMax ? s : newMax;
        }
        for (int i = 0; i < BLOCK; i++) {
            boolean seen = i >= from && i < to;
            scratch.set(F32, SCORES + 4L * i,
                    FloatMath.exp((seen ? scratch.get(F32, SCORES + 4L * i) : Float.NEGATIVE_INFINITY) - newMax));
        }
        float c = FloatMath.exp(max - newMax);
        for (long at = PART; at < total; at += 4) {
            scratch.set(F32, at, scratch.get(F32, at) * c);
        }
        long values = cache.layout().valueOffset(op.layer(), block, kvHead);
        for (int i = from; i < to; i++) {
            float p = scratch.get(F32, SCORES + 4L * i);
            for (int d = 0; d < size; d++) {
                long at = PART + 4L * d;
                scratch.set(F32, at, Math.fma(p, element(values, i * size + d), scratch.get(F32, at)));
            }
        }
        scratch.set(F32, SUM, Math.fma(scratch.get(F32, SUM), c, fold(scratch)));
        scratch.set(F32, MAX, newMax);
    }

    private void scores(int block, int kvHead, long query, int from, int to, MemorySegment scratch) {
        long keys = cache.layout().keyOffset(op.layer(), block, kvHead);
        for (int i = from; i < to; i++) {
            scratch.set(F32, SCORES + 4L * i, 0f);
        }
        for (int d = 0; d < op.headSize(); d++) {
            float v = q.segment().get(F32, query + 4L * d);
            for (int i = from; i < to; i++) {
                long at = SCORES + 4L * i;
                scratch.set(F32, at, Math.fma(v, element(keys, d * BLOCK + i), scratch.get(F32, at)));
            }
        }
        for (int i = from; i < to; i++) {
            scratch.set(F32, SCORES + 4L * i, scratch.get(F32, SCORES + 4L * i) * op.scale());
        }
    }

    private float element(long at, int i) {
        return half
                ? Float.float16ToFloat(cache.segment().get(F16, at + 2L * i))
                : cache.segment().get(F32, at + 4L * i);
    }

    private static float fold(MemorySegment scratch) {
        for (int half = BLOCK / 2; half >= 1; half /= 2) {
            for (int i = 0; i < half; i++) {
                long at = SCORES + 4L * i;
                scratch.set(F32, at, scratch.get(F32, at) + scratch.get(F32, at + 4L * half));
            }
        }
        return scratch.get(F32, SCORES);
    }
}

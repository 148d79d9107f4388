package dev.tegula.kernel.ref;

import dev.tegula.kernel.AttentionPart;
import dev.tegula.kernel.AttentionSplit;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.CacheReader;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scoring;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * Twin of {@link Op.Attention}: one pass with a running maximum and sum (Milakov and Gimelshein, arXiv:1805.02867), memory
 * per row independent of the context.
 *
 * <p>A row at position t sees positions a … t, where a = max(0, t − window + 1) with a window and 0 without. The context
 * is cut at multiples of {@link KvLayout#SEGMENT} into segments and at multiples of {@link KvLayout#BLOCK} into blocks,
 * both by absolute position; those that hold nothing the row sees are skipped. Elements of the cache are decoded to F32,
 * exactly. A segment starts with m = −∞, l = 0, o = 0, and each of its blocks in order does
 *
 * <pre>
 * s[i]  = score of (fma(q[d], k[i][d], …) over d in order, from 0)     {@link Scoring}; −∞ where the row does not see i
 * m'    = max(m, s[0 … 31])                                            NaN is passed over here; p keeps it
 * p[i]  = exp(s[i] − m')
 * c     = exp(m − m')
 * l     = fma(l, c, fold(p))                                           p[i] += p[i + 16] for i &lt; 16, then 8, 4, 2, 1
 * o[d]  = o[d] * c, then fma(p[i], v[i][d], o[d]) over the positions i that the row sees, in order
 * m     = m'
 * </pre>
 *
 * <p>The first segment's (m, l, o) is the row's; each further one is merged in order, and last the head's sink, if there
 * are such, as {@link AttentionPart} says. The result is o[d] / l. Query head h reads KV head h / (heads / kvHeads).
 */
final class RefAttention implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final int BLOCK = KvLayout.BLOCK;
    private static final int BLOCKS_PER_SEGMENT = KvLayout.SEGMENT / BLOCK;
    /** Where the scores of a block, a segment's part, a row's part and a decoded block lie in scratch. */
    private static final long SCORES = 0;
    private static final long PART = 4L * BLOCK;

    private final TensorView q;
    private final CacheReader cache;
    private final TensorView sinks;
    private final TensorView y;
    private final Op.Attention op;
    private final Scoring scoring;
    private final float[] slopes;
    private final AttentionSplit split;
    private final MemorySegment parts;
    private final int size;
    private final long total;
    private final long keys;
    private final long values;

    private RefAttention(KernelArgs args) {
        this.op = (Op.Attention) args.request().op();
        this.scoring = op.scoring();
        this.q = args.matrix(0);
        this.cache = new CacheReader(args.cache(1), op.layer());
        this.sinks = scoring.sinks() ? args.matrix(2) : null;
        this.y = args.output();
        this.slopes = new float[op.heads()];
        for (int h = 0; h < slopes.length; h++) {
            slopes[h] = scoring.slope(h, slopes.length);
        }
        this.split = new AttentionSplit(args, op.heads());
        this.parts = args.shared();
        this.size = op.headSize();
        this.total = PART + AttentionPart.bytes(size);
        this.keys = total + AttentionPart.bytes(size);
        this.values = keys + 4L * BLOCK * size;
    }

    static KernelFactory factory(DType cache) {
        return TypedFactory
                .of(KernelId.of("attention", DType.F32, DType.F32, cache, "row", "ref"), Op.Attention.class,
                        List.of(DType.F32, cache), List.of(DType.F32), RefAttention::new)
                .withScratch(request -> scratch(((Op.Attention) request.op()).headSize()));
    }

    private static Scratch.Size scratch(int size) {
        return Scratch.Size.ofBytes(PART + 2 * AttentionPart.bytes(size) + 8L * BLOCK * size);
    }

    @Override
    public int portions(Batch batch, int workers) {
        int cut = split.portions(batch, workers);
        return cut > 0 ? cut : Portions.of((long) batch.rows() * op.heads(), workers);
    }

    @Override
    public Optional<Kernel> finish() {
        return split.merge(this);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        boolean cut = split.cuts(batch, portions);
        int units = cut ? split.units(batch) : batch.rows() * op.heads();
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            if (cut) {
                int row = split.row(batch, u);
                int head = split.piece(batch, row, u);
                int segment = split.segment(batch, row, u);
                segment(batch, row, head, segment, PART, scratch.bytes());
                MemorySegment.copy(scratch.bytes(), PART, parts, split.part(batch, row, head, segment), total - PART);
            } else {
                row(batch, u / op.heads(), u % op.heads(), scratch.bytes());
            }
        }
    }

    private void row(Batch batch, int row, int head, MemorySegment scratch) {
        int last = batch.position(row) / KvLayout.SEGMENT;
        int first = scoring.first(batch.position(row)) / KvLayout.SEGMENT;
        segment(batch, row, head, first, total, scratch);
        for (int segment = first + 1; segment <= last; segment++) {
            segment(batch, row, head, segment, PART, scratch);
            AttentionPart.merge(scratch, total, PART, size);
        }
        if (sinks != null) {
            AttentionPart.sink(scratch, total, size, sinks.segment().get(F32, sinks.rowOffset(0) + 4L * head));
        }
        AttentionPart.store(scratch, total, size, y, row, head * size);
    }

    /** The part of one segment, from byte {@code part} of scratch on. */
    private void segment(Batch batch, int row, int head, int segment, long part, MemorySegment scratch) {
        int position = batch.position(row);
        int first = scoring.first(position);
        int block = Math.max(first / BLOCK, segment * BLOCKS_PER_SEGMENT);
        int end = Math.min(position / BLOCK + 1, (segment + 1) * BLOCKS_PER_SEGMENT);
        AttentionPart.clear(scratch, part, size);
        for (; block < end; block++) {
            cache.decode(batch.block(batch.sequence(row), block), head / (op.heads() / op.kvHeads()), scratch, keys);
            int base = block * BLOCK;
            int from = Math.max(0, first - base);
            int to = Math.min(BLOCK, position + 1 - base);
            scores(row, head, position - base, from, to, scratch);
            block(from, to, part, scratch);
        }
    }

    /** Scores of the decoded block's positions {@code from … to − 1}; the row's own is {@code own}. */
    private void scores(int row, int head, int own, int from, int to, MemorySegment scratch) {
        long query = q.rowOffset(row) + 4L * head * size;
        for (int i = 0; i < BLOCK; i++) {
            scratch.set(F32, SCORES + 4L * i, i >= from && i < to ? 0f : Float.NEGATIVE_INFINITY);
        }
        for (int d = 0; d < size; d++) {
            float v = q.segment().get(F32, query + 4L * d);
            for (int i = from; i < to; i++) {
                long at = SCORES + 4L * i;
                scratch.set(F32, at,
                        Math.fma(v, scratch.get(F32, keys + 4L * (d * BLOCK + i)), scratch.get(F32, at)));
            }
        }
        float cap = scoring.softCap();
        for (int i = from; i < to; i++) {
            float s = scratch.get(F32, SCORES + 4L * i) * scoring.scale();
            s = cap == 0 ? s : FloatMath.tanh(s / cap) * cap;
            s = scoring.maxBias() == 0 ? s : Math.fma(slopes[head], (float) (i - own), s);
            scratch.set(F32, SCORES + 4L * i, s);
        }
    }

    /** Adds a block, of which the row sees positions {@code from … to − 1}, to a segment's part. */
    private void block(int from, int to, long part, MemorySegment scratch) {
        float max = scratch.get(F32, part + AttentionPart.MAX);
        float newMax = max;
        for (int i = from; i < to; i++) {
            float s = scratch.get(F32, SCORES + 4L * i);
            newMax = s > newMax ? s : newMax;
        }
        for (int i = 0; i < BLOCK; i++) {
            scratch.set(F32, SCORES + 4L * i, FloatMath.exp(scratch.get(F32, SCORES + 4L * i) - newMax));
        }
        float c = FloatMath.exp(max - newMax);
        long sums = part + AttentionPart.VALUES;
        for (int d = 0; d < size; d++) {
            scratch.set(F32, sums + 4L * d, scratch.get(F32, sums + 4L * d) * c);
        }
        for (int i = from; i < to; i++) {
            float p = scratch.get(F32, SCORES + 4L * i);
            for (int d = 0; d < size; d++) {
                long at = sums + 4L * d;
                scratch.set(F32, at,
                        Math.fma(p, scratch.get(F32, values + 4L * (i * size + d)), scratch.get(F32, at)));
            }
        }
        scratch.set(F32, part + AttentionPart.SUM,
                Math.fma(scratch.get(F32, part + AttentionPart.SUM), c, fold(scratch)));
        scratch.set(F32, part + AttentionPart.MAX, newMax);
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

package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.AttentionSplit;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scoring;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.TileGrid;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * {@link Op.Attention} in one pass; the scalar twin states the order of every sum.
 *
 * <p>A <em>query</em> here is one head of one row. The queries that share a KV head, those of a sequence's rows one after
 * the other, are taken in tiles of {@link Tile#QUERIES}: a KV block is read from memory once per tile, four queries at a
 * time from the nearest cache. Blocks that are not F32 are decoded once per tile.
 *
 * <pre>
 * for each tile, for each KV block any of its queries sees:
 *     scores      [query][32 positions]   lanes over positions     {@link Scores}
 *     p, max, sum                         lanes over positions     {@link BlockSoftmax}
 *     part += p · values                  lanes over the head      {@link WeightedSum}
 *     at the end of a segment: total = merge(total, part)
 * </pre>
 *
 * <p>Of few rows the tiles are one row's, and each segment is computed by itself: see {@link AttentionSplit}.
 */
final class Attention implements Kernel {
    private static final int BLOCK = KvLayout.BLOCK;
    private static final int BLOCKS_PER_SEGMENT = KvLayout.SEGMENT / BLOCK;
    /** In place of a segment's number: all of them. */
    private static final int ALL = -1;

    private final Op.Attention op;
    private final TensorView q;
    private final TensorView y;
    private final Operand.Cache cache;
    private final TensorView sinks;
    private final Scoring scoring;
    private final float[] slopes;
    private final int group;
    /** Tiles of one row and KV head. */
    private final int perHead;
    private final AttentionSplit split;
    private final MemorySegment parts;

    Attention(KernelArgs args) {
        this.op = (Op.Attention) args.request().op();
        this.q = args.matrix(0);
        this.y = args.output();
        this.cache = args.cache(1);
        this.scoring = op.scoring();
        this.sinks = scoring.sinks() ? args.matrix(2) : null;
        this.slopes = new float[op.heads()];
        for (int h = 0; h < slopes.length; h++) {
            slopes[h] = scoring.slope(h, slopes.length);
        }
        this.group = op.heads() / op.kvHeads();
        this.perHead = (group + Tile.QUERIES - 1) / Tile.QUERIES;
        this.split = new AttentionSplit(args, op.kvHeads() * perHead);
        this.parts = args.shared();
    }

    @Override
    public int portions(Batch batch, int workers) {
        int cut = split.portions(batch, workers);
        if (cut > 0) {
            return cut;
        }
        // Later rows of a prompt see more positions, so equal counts are not equal work.
        return TileGrid.portionsOfUnequal((long) tiles(batch) * op.kvHeads(), workers);
    }

    @Override
    public Optional<Kernel> finish() {
        return split.merge(this);
    }

    /** Tiles of one KV head, all sequences together. */
    private int tiles(Batch batch) {
        int tiles = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            tiles += tiles(batch, s);
        }
        return tiles;
    }

    private int tiles(Batch batch, int sequence) {
        int queries = (batch.firstRow(sequence + 1) - batch.firstRow(sequence)) * group;
        return (queries + Tile.QUERIES - 1) / Tile.QUERIES;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        if (split.cuts(batch, portions)) {
            segments(batch, portion, portions, scratch.bytes());
            return;
        }
        int tiles = tiles(batch);
        int units = tiles * op.kvHeads();
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int tile = u % tiles;
            int sequence = 0;
            while (tile >= tiles(batch, sequence)) {
                tile -= tiles(batch, sequence++);
            }
            int firstRow = batch.firstRow(sequence);
            int start = tile * Tile.QUERIES;
            int count = Math.min(Tile.QUERIES, (batch.firstRow(sequence + 1) - firstRow) * group - start);
            tile(batch, firstRow, start, count, u / tiles, ALL, scratch.bytes());
        }
    }

    /** A portion of a call that is cut over the context. */
    private void segments(Batch batch, int portion, int portions, MemorySegment scratch) {
        int units = split.units(batch);
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int row = split.row(batch, u);
            int piece = split.piece(batch, row, u);
            int segment = split.segment(batch, row, u);
            int start = piece % perHead * Tile.QUERIES;
            int count = Math.min(Tile.QUERIES, group - start);
            int kvHead = piece / perHead;
            tile(batch, row, start, count, kvHead, segment, scratch);
            for (int i = 0; i < count; i++) {
                Tile.storePart(scratch, op.headSize(), i, parts,
                        split.part(batch, row, kvHead * group + start + i, segment));
            }
        }
    }

    /**
     * Queries {@code start …} of the rows of a sequence from {@code firstRow} on, counted row by row within the KV head's
     * group: their results, or with a segment given what its positions add to them.
     */
    private void tile(Batch batch, int firstRow, int start, int count, int kvHead, int segment, MemorySegment scratch) {
        load(batch, firstRow, start, count, kvHead, scratch);
        int sequence = batch.sequence(firstRow);
        int block = scoring.first(scratch.get(Lanes.INT, Tile.LAST)) / BLOCK;
        int last = scratch.get(Lanes.INT, Tile.LAST + 4L * (count - 1)) / BLOCK;
        if (segment != ALL) {
            block = Math.max(block, segment * BLOCKS_PER_SEGMENT);
            last = Math.min(last, (segment + 1) * BLOCKS_PER_SEGMENT - 1);
        }
        for (; block <= last; block++) {
            block(batch.block(sequence, block), block * BLOCK, kvHead, count, scratch);
            if (segment == ALL && ((block + 1) % BLOCKS_PER_SEGMENT == 0 || block == last)) {
                for (int i = 0; i < count; i++) {
                    Tile.merge(scratch, op.headSize(), i);
                }
            }
        }
        if (segment == ALL) {
            store(firstRow, start, count, kvHead, scratch);
        }
    }

    private void load(Batch batch, int firstRow, int start, int count, int kvHead, MemorySegment scratch) {
        int size = op.headSize();
        for (int i = 0; i < Math.ceilDiv(count, Tile.STEP) * Tile.STEP; i++) {
            // Places of the last step that are past the last query repeat it, so that the tile methods need no special case.
            int query = start + Math.min(i, count - 1);
            int row = firstRow + query / group;
            long from = q.rowOffset(row) + 4L * (kvHead * group + query % group) * size;
            Tile.loadQuery(scratch, size, i, q.segment(), from);
            Tile.begin(scratch, size, i);
            scratch.set(Lanes.FLOAT, Tile.SLOPE + 4L * i, slopes[kvHead * group + query % group]);
            scratch.set(Lanes.INT, Tile.LAST + 4L * i, batch.position(row));
            scratch.set(Lanes.INT, Tile.MERGED + 4L * i, 0);
        }
    }

    private void store(int firstRow, int start, int count, int kvHead, MemorySegment scratch) {
        int size = op.headSize();
        for (int i = 0; i < count; i++) {
            int query = start + i;
            int head = kvHead * group + query % group;
            if (sinks != null) {
                Tile.sink(scratch, size, i, sinks.segment().get(Lanes.FLOAT, sinks.rowOffset(0) + 4L * head));
            }
            Tile.store(scratch, size, i, y.segment(), y.rowOffset(firstRow + query / group) + 4L * head * size);
        }
    }

    /** One KV block, whose first position is {@code base}, for the tile's queries. */
    private void block(int block, int base, int kvHead, int count, MemorySegment scratch) {
        int size = op.headSize();
        MemorySegment kv = cache.segment();
        long keys = cache.layout().keyOffset(op.layer(), block, kvHead);
        long values = cache.layout().valueOffset(op.layer(), block, kvHead);
        if (cache.layout().type() != DType.F32) {
            decode(kv, keys, values, size, scratch);
            kv = scratch;
            keys = Tile.wide(size);
            values = keys + 4L * BLOCK * size;
        }
        for (int i = 0; i < count; i += Tile.STEP) {
            scores(scratch, i, kv, keys, base);
            int from = 0;
            int to = BLOCK;
            int n = Math.min(Tile.STEP, count - i);
            for (int j = i; j < i + n; j++) {
                int position = scratch.get(Lanes.INT, Tile.LAST + 4L * j);
                int first = Math.clamp(scoring.first(position) - base, 0, BLOCK);
                int end = Math.clamp(position + 1 - base, 0, BLOCK);
                from = Math.max(from, first);
                to = Math.min(to, end);
                if (first < end) {
                    softmax(j, first, end, size, scratch);
                }
            }
            sum(i, n, from, to, base, kv, values, scratch);
        }
    }

    /** A head's keys and values as F32. */
    private void decode(MemorySegment kv, long keys, long values, int size, MemorySegment scratch) {
        long wide = Tile.wide(size);
        // In 16-bit formats values follow keys, so both are widened in one go.
        switch (cache.layout().type()) {
            case F16 -> Widen.f16(kv, keys, scratch, wide, 2 * BLOCK * size);
            case BF16 -> Widen.bf16(kv, keys, scratch, wide, 2 * BLOCK * size);
            default -> {
                Decode.keys(kv, keys, scratch, wide, size);
                Decode.values(kv, values, scratch, wide + 4L * BLOCK * size, size);
            }
        }
    }

    /** Scores of the four queries from {@code i} on, not masked yet. */
    private void scores(MemorySegment scratch, int i, MemorySegment kv, long keys, int base) {
        long scores = Tile.SCORES + 4L * BLOCK * i;
        Scores.four(scratch, Tile.queries(op.headSize(), i), kv, keys, op.headSize(), scoring.scale(), scores);
        if (scoring.softCap() > 0) {
            Capped.cap(scratch, scores, Tile.STEP * BLOCK, scoring.softCap());
        }
        if (scoring.maxBias() > 0) {
            for (int j = i; j < i + Tile.STEP; j++) {
                Capped.bias(scratch, Tile.SCORES + 4L * BLOCK * j, scratch.get(Lanes.FLOAT, Tile.SLOPE + 4L * j),
                        scratch.get(Lanes.INT, Tile.LAST + 4L * j) - base);
            }
        }
    }

    private static void softmax(int query, int first, int end, int size, MemorySegment scratch) {
        long scores = Tile.SCORES + 4L * BLOCK * query;
        float max = scratch.get(Lanes.FLOAT, Tile.MAX + 4L * query);
        float newMax = BlockSoftmax.max(scratch, scores, first, end, max);
        float shift = max - newMax;
        // Mostly the largest score stays the largest.
        float correction = shift == 0 ? 1 : FloatMath.exp(shift);
        float sum = BlockSoftmax.exp(scratch, scores, newMax);
        long at = Tile.SUM + 4L * query;
        scratch.set(Lanes.FLOAT, at, Math.fma(scratch.get(Lanes.FLOAT, at), correction, sum));
        scratch.set(Lanes.FLOAT, Tile.MAX + 4L * query, newMax);
        if (correction != 1f) {
            Tile.scale(scratch, Tile.part(size, query), size, correction);
        }
    }

    /**
     * Adds p · values to four queries' sums: positions {@code from … to − 1}, which all of them see, four queries at a
     * time, and what only some see before and after that one by one, so that each query takes its positions in order.
     */
    private void sum(int i, int n, int from, int to, int base, MemorySegment kv, long values, MemorySegment scratch) {
        int size = op.headSize();
        boolean together = from < to && n == Tile.STEP;
        for (int j = i; j < i + n; j++) {
            int position = scratch.get(Lanes.INT, Tile.LAST + 4L * j);
            int first = Math.clamp(scoring.first(position) - base, 0, BLOCK);
            int end = Math.clamp(position + 1 - base, 0, BLOCK);
            WeightedSum.one(scratch, Tile.SCORES + 4L * BLOCK * j, kv, values, size, first, together ? from : end,
                    Tile.part(size, j));
        }
        if (!together) {
            return;
        }
        WeightedSum.four(scratch, Tile.SCORES + 4L * BLOCK * i, kv, values, size, from, to, Tile.part(size, i));
        for (int j = i; j < i + n; j++) {
            int end = Math.clamp(scratch.get(Lanes.INT, Tile.LAST + 4L * j) + 1 - base, 0, BLOCK);
            WeightedSum.one(scratch, Tile.SCORES + 4L * BLOCK * j, kv, values, size, to, end, Tile.part(size, j));
        }
    }
}

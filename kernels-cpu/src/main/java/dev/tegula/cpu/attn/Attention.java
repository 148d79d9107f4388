package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.TileGrid;
import java.lang.foreign.MemorySegment;

/**
 * {@link Op.Attention} in one pass; the scalar twin states the order of every sum.
 *
 * <p>A <em>query</em> here is one head of one row. The queries that share a KV head, those of a sequence's rows one after
 * the other, are taken in tiles of {@link Tile#QUERIES}: a KV block is read from memory once per tile, four queries at a
 * time from the nearest cache. F16 blocks are widened to F32 once per tile.
 *
 * <pre>
 * for each tile, for each KV block any of its queries sees:
 *     scores      [query][32 positions]   lanes over positions     {@link Scores}
 *     p, max, sum                         lanes over positions     {@link BlockSoftmax}
 *     part += p · values                  lanes over the head      {@link WeightedSum}
 *     at the end of a segment: total = merge(total, part)
 * </pre>
 */
final class Attention implements Kernel {
    private static final int BLOCK = KvLayout.BLOCK;
    private static final int BLOCKS_PER_SEGMENT = KvLayout.SEGMENT / BLOCK;

    private final Op.Attention op;
    private final TensorView q;
    private final TensorView y;
    private final Operand.Cache cache;
    private final int group;

    Attention(KernelArgs args) {
        this.op = (Op.Attention) args.request().op();
        this.q = args.matrix(0);
        this.y = args.output();
        this.cache = args.cache(1);
        this.group = op.heads() / op.kvHeads();
    }

    @Override
    public int portions(Batch batch, int workers) {
        // Later rows of a prompt see more positions, so equal counts are not equal work.
        return TileGrid.portionsOfUnequal((long) tiles(batch) * op.kvHeads(), workers);
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
        int tiles = tiles(batch);
        int units = tiles * op.kvHeads();
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int tile = u % tiles;
            int sequence = 0;
            while (tile >= tiles(batch, sequence)) {
                tile -= tiles(batch, sequence++);
            }
            tile(batch, sequence, tile * Tile.QUERIES, u / tiles, scratch.bytes());
        }
    }

    /** Queries {@code start …} of a sequence, counted row by row within the KV head's group. */
    private void tile(Batch batch, int sequence, int start, int kvHead, MemorySegment scratch) {
        int firstRow = batch.firstRow(sequence);
        int count = Math.min(Tile.QUERIES, (batch.firstRow(sequence + 1) - firstRow) * group - start);
        int size = op.headSize();
        for (int i = 0; i < Tile.QUERIES; i++) {
            // Places past the last query repeat it, so that the tile methods need no special case; nothing reads them.
            int query = start + Math.min(i, count - 1);
            int row = firstRow + query / group;
            long from = q.rowOffset(row) + 4L * (kvHead * group + query % group) * size;
            Tile.loadQuery(scratch, size, i, q.segment(), from);
            Tile.begin(scratch, size, i);
            scratch.set(Lanes.INT, Tile.LAST + 4L * i, batch.position(row));
            scratch.set(Lanes.INT, Tile.MERGED + 4L * i, 0);
        }
        int last = scratch.get(Lanes.INT, Tile.LAST + 4L * (count - 1)) / BLOCK;
        for (int block = firstSeen(scratch.get(Lanes.INT, Tile.LAST)) / BLOCK; block <= last; block++) {
            block(batch.block(sequence, block), block * BLOCK, kvHead, count, scratch);
            if ((block + 1) % BLOCKS_PER_SEGMENT == 0 || block == last) {
                for (int i = 0; i < count; i++) {
                    Tile.merge(scratch, size, i);
                }
            }
        }
        for (int i = 0; i < count; i++) {
            int query = start + i;
            long to = y.rowOffset(firstRow + query / group) + 4L * (kvHead * group + query % group) * size;
            Tile.store(scratch, size, i, y.segment(), to);
        }
    }

    private int firstSeen(int position) {
        return op.window() == 0 ? 0 : Math.max(0, position - op.window() + 1);
    }

    /** One KV block, whose first position is {@code base}, for the tile's queries. */
    private void block(int block, int base, int kvHead, int count, MemorySegment scratch) {
        int size = op.headSize();
        MemorySegment kv = cache.segment();
        long keys = cache.layout().keyOffset(op.layer(), block, kvHead);
        long values = cache.layout().valueOffset(op.layer(), block, kvHead);
        if (cache.layout().type() == DType.F16) {
            long wide = Tile.wide(size);
            // Values follow keys, so both are widened in one go.
            Widen.run(kv, keys, scratch, wide, 2 * BLOCK * size);
            kv = scratch;
            keys = wide;
            values = wide + 4L * BLOCK * size;
        }
        for (int i = 0; i < count; i += Tile.STEP) {
            Scores.four(scratch, Tile.queries(size, i), kv, keys, size, op.scale(), Tile.SCORES + 4L * BLOCK * i);
            int from = 0;
            int to = BLOCK;
            int n = Math.min(Tile.STEP, count - i);
            for (int j = i; j < i + n; j++) {
                int position = scratch.get(Lanes.INT, Tile.LAST + 4L * j);
                int first = Math.clamp(firstSeen(position) - base, 0, BLOCK);
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

    private static void softmax(int query, int first, int end, int size, MemorySegment scratch) {
        long scores = Tile.SCORES + 4L * BLOCK * query;
        float max = scratch.get(Lanes.FLOAT, Tile.MAX + 4L * query);
        float newMax = BlockSoftmax.max(scratch, scores, first, end, max);
        float correction = FloatMath.exp(max - newMax);
        float sum = BlockSoftmax.exp(scratch, scores, newMax, Tile.FOLD);
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
            int first = Math.clamp(firstSeen(position) - base, 0, BLOCK);
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

package dev.tegula.nat;

import dev.tegula.kernel.AttentionSplit;
import dev.tegula.kernel.Batch;
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
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.TileGrid;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * {@link Op.Attention} in one pass over the KV blocks; the scalar twin states the order of every sum.
 *
 * <p>A <em>query</em> is one head of one row. Those of a sequence that share a KV head are counted row by row and cut
 * into units, so that keys and values are read once for all of a unit:
 *
 * <pre>
 *   KV head 0                               KV head 1
 *   sequence 0          | sequence 1        | sequence 0 …
 *   unit | unit | unit  | unit | unit       |
 *   row 0 heads 0 1 2 3, row 1 heads 0 1 2 3, …
 * </pre>
 *
 * <p>A portion is a run of units of about the same cost as the others; later rows of a prompt see more and cost more. Of few
 * rows each segment of the context is computed by itself: see {@link AttentionSplit}.
 * All checks are here; attention.h trusts what it is given.
 */
final class AttentionKernel implements Kernel {
    private final MemorySegment function;
    private final MemorySegment shape;
    private final MemorySegment q;
    private final MemorySegment cache;
    private final MemorySegment sinks;
    private final MemorySegment y;
    private final long maxRows;
    private final int blocks;
    private final int kvHeads;
    private final int group;
    private final Scoring scoring;
    private final long scratchBytes;
    private final AttentionSplit split;
    private final MemorySegment parts;
    /** Units of one row and KV head. */
    private final int perHead;

    private AttentionKernel(Functions functions, KernelArgs args) {
        Op.Attention op = (Op.Attention) args.request().op();
        KvLayout layout = args.cache(1).layout();
        this.function = functions.find("attention");
        this.q = RowsCall.memory("q", args.matrix(0));
        this.sinks = op.scoring().sinks() ? RowsCall.memory("sinks", args.matrix(2)) : MemorySegment.NULL;
        this.y = RowsCall.output("y", args.output());
        this.cache = KvKind.pool(args.cache(1));
        this.maxRows = Math.min(args.matrix(0).rows(), args.output().rows());
        this.blocks = layout.blocks();
        this.kvHeads = op.kvHeads();
        this.group = op.heads() / op.kvHeads();
        this.scoring = op.scoring();
        this.perHead = Math.ceilDiv(group, AttentionCall.QUERIES);
        this.split = new AttentionSplit(args, kvHeads * perHead);
        this.parts = args.shared();
        this.scratchBytes = AttentionCall.scratchBytes(op.headSize(), layout.type());
        this.shape = AttentionCall.shape(op, layout, args.matrix(0).rowBytes(), args.output().rowBytes());
    }

    /** The rows of the table, one per format of the cache. */
    static List<KernelFactory> all(Functions functions) {
        return KvLayout.TYPES.stream().map(cache -> factory(functions, cache)).toList();
    }

    private static KernelFactory factory(Functions functions, DType cache) {
        return TypedFactory
                .of(KernelId.of("attention", DType.F32, DType.F32, cache, "row", functions.isa().engine()),
                        Op.Attention.class,
                        List.of(DType.F32, cache), List.of(DType.F32), args -> new AttentionKernel(functions, args))
                .withScratch(request -> Scratch.Size.ofBytes(
                        AttentionCall.scratchBytes(((Op.Attention) request.op()).headSize(), cache)));
    }

    @Override
    public int portions(Batch batch, int workers) {
        int cut = split.portions(batch, workers);
        if (cut > 0) {
            return cut;
        }
        long units = units(batch, AttentionCall.QUERIES);
        if (units >= workers) {
            // A cost in positions is no cost in time, so those that are done early take more.
            return TileGrid.portionsOfUnequal(units, workers);
        }
        return (int) Math.min(units(batch, 1), workers);
    }

    @Override
    public Optional<Kernel> finish() {
        return split.merge(this);
    }

    private long units(Batch batch, int most) {
        long units = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            units += Math.ceilDiv(queries(batch, s), most);
        }
        return units * kvHeads;
    }

    /** Queries of a sequence and one KV head. */
    private int queries(Batch batch, int sequence) {
        return Math.multiplyExact(batch.firstRow(sequence + 1) - batch.firstRow(sequence), group);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        Objects.checkIndex(portion, portions);
        MemorySegment memory = scratch.bytes();
        if (batch.rows() > maxRows || memory.byteSize() < scratchBytes
                || memory.address() % Storage.ALIGNMENT != 0) {
            throw new IllegalArgumentException(batch.rows() + " rows of " + maxRows + ", " + memory.byteSize()
                    + " bytes of scratch memory of " + scratchBytes);
        }
        if (split.cuts(batch, portions)) {
            segments(batch, portion, portions, memory);
            return;
        }
        int most = AttentionCall.QUERIES;
        while (units(batch, most) < portions && most > 1) {
            most /= 2;
        }
        portion(batch, most, portion, portions, memory);
    }

    /** A portion of a call that is cut over the context. */
    private void segments(Batch batch, int portion, int portions, MemorySegment scratch) {
        int all = split.units(batch);
        int end = Portions.first(all, portion + 1, portions);
        int units = 0;
        for (int u = Portions.first(all, portion, portions); u < end; u++) {
            int row = split.row(batch, u);
            int piece = split.piece(batch, row, u);
            int segment = split.segment(batch, row, u);
            int first = piece % perHead * AttentionCall.QUERIES;
            int kvHead = piece / perHead;
            checkBlocks(batch, batch.sequence(row),
                    Math.max(scoring.first(batch.position(row)), segment * KvLayout.SEGMENT),
                    Math.min(batch.position(row), (segment + 1) * KvLayout.SEGMENT - 1));
            AttentionCall.unit(scratch, units++, batch.sequence(row), row, first,
                    Math.min(AttentionCall.QUERIES, group - first), kvHead, segment,
                    split.part(batch, row, kvHead * group + first, segment));
            units = units == AttentionCall.UNITS ? call(batch, scratch, units) : units;
        }
        call(batch, scratch, units);
    }

    /** The units that begin in a portion's part of the whole cost. */
    private void portion(Batch batch, int most, int portion, int portions, MemorySegment scratch) {
        long head = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            for (int first = 0; first < queries(batch, s); first += most) {
                head += cost(batch, s, first, Math.min(most, queries(batch, s) - first));
            }
        }
        long from = head * kvHeads * portion / portions;
        long to = head * kvHeads * (portion + 1) / portions;
        int units = 0;
        for (int h = (int) (from / head); h < kvHeads && h * head < to; h++) {
            long at = h * head;
            for (int s = 0; s < batch.sequences(); s++) {
                for (int first = 0; first < queries(batch, s) && at < to; first += most) {
                    int count = Math.min(most, queries(batch, s) - first);
                    if (at >= from) {
                        check(batch, s, first, count);
                        AttentionCall.unit(scratch, units++, s, batch.firstRow(s), first, count, h,
                                AttentionCall.ALL, 0);
                        units = units == AttentionCall.UNITS ? call(batch, scratch, units) : units;
                    }
                    at += cost(batch, s, first, count);
                }
            }
        }
        call(batch, scratch, units);
    }

    /** Computes the units in scratch memory; 0, which is how many are then left. */
    private int call(Batch batch, MemorySegment scratch, int units) {
        if (units > 0) {
            AttentionCall.call(function, shape, q, cache, sinks, y, parts, batch.rowsMemory(), batch.tablesMemory(),
                    batch.maxBlocks(), scratch, units);
        }
        return 0;
    }

    /** Blocks that a unit looks at, times its queries; at least 1. */
    private long cost(Batch batch, int sequence, int first, int count) {
        int row = batch.firstRow(sequence);
        int last = batch.position(row + (first + count - 1) / group);
        int blocks = last / KvLayout.BLOCK - scoring.first(batch.position(row + first / group)) / KvLayout.BLOCK + 1;
        return Math.max(1, (long) count * blocks);
    }

    /** Checks that every KV block that a unit looks at is one of the pool's. */
    private void check(Batch batch, int sequence, int first, int count) {
        int low = Integer.MAX_VALUE;
        int high = 0;
        int row = batch.firstRow(sequence);
        for (int r = row + first / group; r <= row + (first + count - 1) / group; r++) {
            low = Math.min(low, scoring.first(batch.position(r)));
            high = Math.max(high, batch.position(r));
        }
        checkBlocks(batch, sequence, low, high);
    }

    /** The same of the blocks that hold positions {@code low … high}. */
    private void checkBlocks(Batch batch, int sequence, int low, int high) {
        for (int i = low / KvLayout.BLOCK; i <= high / KvLayout.BLOCK; i++) {
            int block = batch.block(sequence, i);
            if (block < 0 || block >= blocks) {
                throw new IllegalArgumentException("sequence " + sequence + " has its positions from "
                        + i * KvLayout.BLOCK + " in KV block " + block + " of " + blocks);
            }
        }
    }
}

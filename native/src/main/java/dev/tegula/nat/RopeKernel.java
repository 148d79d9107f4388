package dev.tegula.nat;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * {@link Op.Rope}, {@link Op.KvWrite} and {@link Op.RopeKvWrite}: one C function does what it is given operands for. All
 * checks are here, those of the batch's positions and KV blocks too; rope.h trusts what it is given.
 *
 * <p>The unit of portions is a row. Of few rows it is a KV head with its share of the other heads: a key is written to as
 * many lines of the cache as it has elements, which come from memory, and one worker alone would wait for them all.
 */
final class RopeKernel implements Kernel {
    /** Rows from which on a row is a unit. */
    private static final int MANY_ROWS = 8;
    /** Turned elements that are worth a portion of their own: about a microsecond of work. */
    private static final int GRAIN = 4096;
    /** What it costs to write a key's or value's element to the cache, in turned elements. */
    private static final int WRITE = 8;

    private final MemorySegment function;
    private final MemorySegment shape;
    private final MemorySegment q;
    private final MemorySegment k;
    private final MemorySegment v;
    private final MemorySegment table;
    private final MemorySegment cache;
    private final MemorySegment y;
    private final long maxRows;
    /** Positions that the table has. */
    private final long positions;
    /** KV blocks of the pool; 0 where nothing is written. */
    private final int blocks;
    private final int kvHeads;
    private final long workPerRow;

    /**
     * The operands that an op has, the others null.
     *
     * @param dims elements of a head that are turned
     * @param halves which pairs are turned
     */
    private record Operands(TensorView q, TensorView k, TensorView v, TensorView table, Operand.Cache cache,
            TensorView y, int layer, int heads, int headSize, int dims, boolean halves) {
        static Operands of(KernelArgs args) {
            return switch (args.request().op()) {
                case Op.Rope op -> new Operands(args.matrix(0), null, null, args.matrix(1), null, args.output(), 0,
                        op.heads(), op.headSize(), op.dims(), op.halves());
                case Op.KvWrite op -> new Operands(null, args.matrix(0), args.matrix(1), null, args.cache(2), null,
                        op.layer(), 0, op.headSize(), 0, false);
                case Op.RopeKvWrite op -> new Operands(args.matrix(0), args.matrix(1), args.matrix(2), args.matrix(3),
                        args.cache(4), args.output(), op.layer(), op.heads(), op.headSize(), op.dims(), op.halves());
                default -> throw new IllegalArgumentException(args.request() + " neither turns heads nor stores them");
            };
        }
    }

    RopeKernel(Functions functions, KernelArgs args) {
        Operands o = Operands.of(args);
        this.function = functions.find("rope");
        this.q = memory("q", o.q());
        this.k = o.table() == null ? memory("k", o.k()) : output("k", o.k());
        this.v = memory("v", o.v());
        this.table = memory("the table", o.table());
        this.y = output("the output", o.y());
        this.maxRows = Math.min(Math.min(rows(o.q()), rows(o.y())), Math.min(rows(o.k()), rows(o.v())));
        this.positions = rows(o.table());
        boolean writes = o.cache() != null;
        KvLayout layout = writes ? o.cache().layout() : null;
        this.cache = writes ? pool(o.cache()) : MemorySegment.NULL;
        this.blocks = writes ? layout.blocks() : 0;
        this.kvHeads = writes ? layout.kvHeads() : 0;
        if (o.q() != null && (long) o.heads() * o.headSize() != o.q().cols()
                || writes && (long) kvHeads * o.headSize() != o.k().cols()) {
            throw new IllegalArgumentException(args.request() + ": heads and columns differ");
        }
        this.workPerRow = o.headSize() * ((long) o.heads() + 2L * WRITE * kvHeads);
        this.shape = RowsCall.shape(o.heads(), kvHeads, o.headSize(), o.dims(), o.halves() ? 1 : 0,
                writes ? KvKind.of(layout.type()) : 0, rowBytes(o.q()), rowBytes(o.k()), rowBytes(o.v()),
                rowBytes(o.table()), rowBytes(o.y()), writes ? layout.keyOffset(o.layer(), 0, 0) : 0,
                writes ? layout.blockBytes() : 0, writes ? layout.headBytes() : 0);
    }

    private static MemorySegment memory(String what, TensorView view) {
        return view == null ? MemorySegment.NULL : RowsCall.memory(what, view);
    }

    private static MemorySegment output(String what, TensorView view) {
        return view == null ? MemorySegment.NULL : RowsCall.output(what, view);
    }

    private static MemorySegment pool(Operand.Cache cache) {
        if (cache.segment().isReadOnly()) {
            throw new IllegalArgumentException("the KV cache is read-only");
        }
        return KvKind.pool(cache);
    }

    private static long rows(TensorView view) {
        return view == null ? Long.MAX_VALUE : view.rows();
    }

    private static long rowBytes(TensorView view) {
        return view == null ? 0 : view.rowBytes();
    }

    @Override
    public int portions(Batch batch, int workers) {
        int count = batch.rows();
        return count == 0
                ? 0
                : RowsCall.portions(count * pieces(count), Math.ceilDiv(count * workPerRow, GRAIN), workers);
    }

    /** Units per row. */
    private int pieces(int count) {
        return count < MANY_ROWS && kvHeads > 0 ? kvHeads : 1;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int count = batch.rows();
        int pieces = pieces(count);
        int units = count * pieces;
        Objects.checkIndex(portion, portions);
        if (count > maxRows || portions > units) {
            throw new IllegalArgumentException(
                    count + " rows of " + maxRows + ", " + portions + " portions of " + units + " parts");
        }
        int first = Portions.first(units, portion, portions);
        int last = Portions.first(units, portion + 1, portions);
        for (int row = first / pieces; row * pieces < last; row++) {
            checkRow(batch, row);
        }
        RowsCall.rope(function, shape, batch.rowsMemory(), batch.tablesMemory(), batch.maxBlocks(), q, k, v, table,
                cache, y, pieces, first, last);
    }

    private void checkRow(Batch batch, int row) {
        int position = batch.position(row);
        if (position < 0 || position >= positions) {
            throw new IllegalArgumentException(
                    "row " + row + " is at position " + position + ": the table has " + positions);
        }
        if (blocks > 0) {
            int block = batch.block(batch.sequence(row), position / KvLayout.BLOCK);
            if (block < 0 || block >= blocks) {
                throw new IllegalArgumentException("row " + row + " at position " + position + " lies in KV block "
                        + block + ": the pool has " + blocks);
            }
        }
    }
}

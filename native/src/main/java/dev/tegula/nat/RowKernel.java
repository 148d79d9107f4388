package dev.tegula.nat;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Ops that compute each row, or each piece of a row, from the same piece of their inputs: norms, quantization, sums, gates
 * and softmax. All checks are here; rows.h, norm.h and quantize.h trust what they are given.
 *
 * <pre>
 *   row 0   piece 0 | piece 1 | … | last piece, perhaps shorter
 *   row 1   …                                        a unit is a piece; units are numbered row by row
 * </pre>
 */
final class RowKernel implements Kernel {
    /** Columns of a piece where columns do not depend on each other: four of the longest blocks. */
    private static final int PIECE = 1024;

    /**
     * What the C function of an op is told.
     *
     * @param function its name
     * @param pieces of a row
     * @param piece elements of each but the last
     * @param variant the activation or the length of a block
     * @param eps added under the root of a norm
     * @param grain elements that are worth a portion of their own: about a microsecond of work
     */
    private record Work(String function, int pieces, int piece, int variant, float eps, int grain) {
        static Work of(KernelRequest request) {
            int cols = request.output().cols();
            int pieces = Math.ceilDiv(cols, PIECE);
            int length = request.output().type().blockLength();
            return switch (request.op()) {
                case Op.RmsNorm(float eps, int groups) -> new Work("rms_norm", groups, cols / groups, 0, eps, 4096);
                case Op.LayerNorm(float eps) -> new Work("layer_norm", 1, cols, 0, eps, 4096);
                case Op.NormQuantize(float eps) -> new Work("norm_quantize", 1, cols, length, eps, 4096);
                case Op.Softmax() -> new Work("softmax", 1, cols, 0, 0, 2048);
                case Op.Quantize() -> new Work("quantize", pieces, PIECE, length, 0, 4096);
                case Op.Gate(Activation f) -> new Work("gate", pieces, PIECE, LinearKernel.code(f), 0, 2048);
                case Op.Add() -> new Work("add", pieces, PIECE, 0, 0, 8192);
                default -> throw new IllegalArgumentException(request + " is not computed row by row");
            };
        }
    }

    private final MemorySegment function;
    private final MemorySegment shape;
    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment c;
    private final MemorySegment y;
    private final RowCount rows;
    private final Work work;
    private final int cols;
    private final long maxRows;

    RowKernel(Functions functions, KernelArgs args) {
        this.work = Work.of(args.request());
        this.function = functions.find(work.function());
        int inputs = args.inputs().size();
        TensorView left = args.matrix(0);
        TensorView right = inputs > 1 ? args.matrix(1) : null;
        TensorView output = args.output();
        boolean rowOfBoth = args.request().op() instanceof Op.Add || args.request().op() instanceof Op.Gate;
        this.a = RowsCall.memory("input 0", left);
        this.b = right == null ? MemorySegment.NULL : RowsCall.memory("input 1", right);
        this.c = inputs > 2 ? RowsCall.memory("input 2", args.matrix(2)) : MemorySegment.NULL;
        this.y = RowsCall.output("the output", output);
        this.rows = args.rows();
        this.cols = output.cols();
        this.maxRows = Math.min(Math.min(left.rows(), output.rows()), rowOfBoth ? right.rows() : Long.MAX_VALUE);
        this.shape = RowsCall.shape(cols, work.pieces(), work.piece(), left.rowBytes(),
                rowOfBoth ? right.rowBytes() : 0,
                output.rowBytes(), work.variant(), Float.floatToRawIntBits(work.eps()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        int count = rows.in(batch);
        return count == 0
                ? 0
                : RowsCall.portions(units(count), Math.ceilDiv((long) count * cols, work.grain()), workers);
    }

    private int units(int count) {
        return Math.multiplyExact(count, work.pieces());
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int count = rows.in(batch);
        int units = units(count);
        Objects.checkIndex(portion, portions);
        if (count > maxRows || portions > units) {
            throw new IllegalArgumentException(
                    count + " rows of " + maxRows + ", " + portions + " portions of " + units + " pieces");
        }
        RowsCall.rows(function, shape, a, b, c, y, Portions.first(units, portion, portions),
                Portions.first(units, portion + 1, portions));
    }
}

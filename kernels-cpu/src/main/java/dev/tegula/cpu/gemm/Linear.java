package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.GroupPacking;
import dev.tegula.tile.Packings;
import dev.tegula.tile.TileGrid;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The loops of a linear layer, {@code y = x Wᵀ}, around a {@link MicroKernel}; written once for all formats, and for one
 * weight matrix ({@link Op.MatMul}) or two ({@link Op.GateUp}).
 *
 * <p>A portion is a run of panels (two vectors of output columns). With few rows each row is multiplied on its own, panel by
 * panel, while the panel's weights are in the cache. With more, blocks of {@link #ROWS} rows times {@link #COLUMNS}
 * columns are taken 256 elements of k at a time: the rows are widened to F32 or int16 once, each panel is decoded once, and
 * the register tile runs over all rows; the block's sums stay in scratch memory between the steps.
 */
final class Linear implements Kernel {
    /** From so many rows on, decoding a panel for all of them beats multiplying row by row. */
    static final int FIRST_GEMM_ROWS = 4;
    /** Rows of a block: their records take 289 KiB of a second-level cache of 512 KiB or more. Whole tall tiles. */
    static final int ROWS = 22 * TallTile.ROWS;
    /** Columns of a block, of both matrices together: makes the widening of rows cheap beside their use. */
    static final int COLUMNS = 1024;

    /** Rows whose elements are asked for together: 16 KiB of F32. */
    private static final int TOGETHER = 16;
    private static final int PANEL_COLUMNS = 2 * Lanes.COUNT;

    private final MicroKernel micro;
    private final TensorView x;
    private final Operand.Weights[] weights;
    private final Activation activation;
    private final TensorView bias;
    private final TensorView residual;
    private final TensorView y;
    private final RowCount rowCount;
    private final int k;
    private final TileGrid panels;
    private final long groupBytes;

    /** Binds a kernel whose shapes are checked. */
    Linear(MicroKernel micro, KernelArgs args) {
        this.micro = micro;
        this.x = args.matrix(0);
        this.y = args.output();
        this.rowCount = args.rows();
        if (args.request().op() instanceof Op.GateUp gateUp) {
            this.weights = new Operand.Weights[]{args.weights(1), args.weights(2)};
            this.activation = gateUp.activation();
            this.bias = null;
            this.residual = null;
        } else {
            Op.MatMul op = (Op.MatMul) args.request().op();
            this.weights = new Operand.Weights[]{args.weights(1)};
            this.activation = null;
            this.bias = op.bias() ? args.matrix(2) : null;
            this.residual = op.residual() ? args.matrix(op.bias() ? 3 : 2) : null;
        }
        for (Operand.Weights w : weights) {
            // Those that are looked up find a vector's rows by its address.
            if (w.packing() == Packings.LOOKUP && w.offset() % GroupPacking.LANE_BYTES != 0) {
                throw new IllegalArgumentException(
                        "weights begin at byte " + w.offset() + ", no multiple of " + GroupPacking.LANE_BYTES);
            }
        }
        this.k = x.cols();
        this.panels = new TileGrid(y.cols(), PANEL_COLUMNS);
        this.groupBytes = weights[0].packing().groupBytes(weights[0].type(), k);
    }

    @Override
    public int portions(Batch batch, int workers) {
        int rows = rowCount.in(batch);
        if (rows == 0) {
            return 0;
        }
        if (rows < FIRST_GEMM_ROWS) {
            long bytes = weights.length * groupBytes * panels.tiles() * PANEL_COLUMNS / GroupPacking.ROWS;
            return panels.portionsToRead(bytes, workers);
        }
        // Whole blocks where there are many, two portions per worker where they are not too narrow.
        int blocks = Math.ceilDiv(panels.tiles(), blockPanels());
        int wide = Math.min(2 * workers, panels.tiles() * PANEL_COLUMNS * weights.length / 256);
        int wanted = Math.max(blocks, Math.max(workers, wide));
        return panels.portions((long) Math.ceilDiv(wanted, workers) * workers);
    }

    private int blockPanels() {
        return COLUMNS / (PANEL_COLUMNS * weights.length);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int first = panels.first(portion, portions);
        int end = panels.first(portion + 1, portions);
        int rows = rowCount.in(batch);
        if (rows < FIRST_GEMM_ROWS) {
            rowByRow(rows, first, end, scratch);
            return;
        }
        for (int row = 0; row < rows; row += ROWS) {
            int count = Math.min(ROWS, rows - row);
            for (int panel = first; panel < end; panel += blockPanels()) {
                block(row, count, panel, Math.min(end, panel + blockPanels()), scratch);
            }
        }
    }

    private void rowByRow(int rows, int first, int end, Scratch scratch) {
        for (int r = 0; r < rows; r++) {
            micro.prepare(x.segment(), x.rowOffset(r), k, scratch, r);
        }
        int matrixLength = rows * Tile.STEP;
        for (int panel = first; panel < end; panel++) {
            for (int m = 0; m < weights.length; m++) {
                long w0 = vectorOffset(m, 2 * panel);
                long w1 = vectorOffset(m, 2 * panel + 1);
                for (int r = 0; r < rows; r++) {
                    int outAt = Memory.FEW_OUT + m * matrixLength + r * Tile.STEP;
                    micro.gemv(weights[m].segment(), w0, w1, k, scratch, r, outAt);
                }
            }
            finish(scratch.floats(), Memory.FEW_OUT, matrixLength, 0, rows, panel);
        }
    }

    /** Rows {@code row … row + count − 1} times panels {@code first … end − 1}. */
    private void block(int row, int count, int first, int end, Scratch scratch) {
        float[] floats = scratch.floats();
        int padded = Tile.padded(count);
        int matrixLength = padded * Tile.STEP;
        Arrays.fill(floats, Memory.OUT, Memory.OUT + (end - first) * weights.length * matrixLength, 0f);
        Arrays.fill(floats, Rows.floatsAt(count), Rows.floatsAt(padded), 0f);
        Arrays.fill(scratch.ints(), Rows.pairsAt(count), Rows.pairsAt(padded), 0);
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            int length = Math.min(Rows.LENGTH, k - k0);
            for (int r = 0; r < count; r += TOGETHER) {
                int to = Math.min(r + TOGETHER, count);
                scratch.ints()[Memory.INT_TOUCHED] = touch(row + r, row + to, k0, length);
                for (int i = r; i < to; i++) {
                    micro.widen(x.segment(), x.rowOffset(row + i), k0, length, scratch, i);
                }
            }
            int out = Memory.OUT;
            for (int panel = first; panel < end; panel++) {
                for (int m = 0; m < weights.length; m++) {
                    MemorySegment w = weights[m].segment();
                    micro.decode(w, vectorOffset(m, 2 * panel), k, k0, length, scratch, 0);
                    micro.decode(w, vectorOffset(m, 2 * panel + 1), k, k0, length, scratch, 1);
                    for (int r = 0; r < padded;) {
                        int rows = micro.tileRows(padded - r);
                        micro.multiply(scratch, r, out + r * Tile.STEP, rows);
                        r += rows;
                    }
                    out += matrixLength;
                }
            }
        }
        for (int panel = first; panel < end; panel++) {
            int out = Memory.OUT + (panel - first) * weights.length * matrixLength;
            finish(floats, out, matrixLength, row, count, panel);
        }
    }

    /**
     * Reads a byte every 64 of elements {@code k0 … k0 + length − 1} of some rows. They lie too far apart for the CPU to see
     * where it will read next; asked for together they come together.
     *
     * @return the bytes' bits, so that the compiler keeps the reading
     */
    private int touch(int from, int to, int k0, int length) {
        MemorySegment segment = x.segment();
        long first = x.type().bytes(k0);
        long bytes = x.type().bytes(length);
        int touched = 0;
        for (int r = from; r < to; r++) {
            long at = x.rowOffset(r) + first;
            for (long b = 0; b < bytes; b += 64) {
                touched |= segment.get(Lanes.BYTE, at + b);
            }
        }
        return touched;
    }

    private void finish(float[] floats, int out, int matrixLength, int row, int rows, int panel) {
        if (activation != null) {
            Finish.gate(activation, floats, out, out + matrixLength, rows);
        }
        Finish.store(floats, out, y, row, rows, panel * PANEL_COLUMNS, bias, residual);
    }

    /** Offset of a vector of rows in a matrix; beyond the last group its own first vector, whose products are dropped. */
    private long vectorOffset(int matrix, int vector) {
        int row = vector * Lanes.COUNT;
        long group = row / GroupPacking.ROWS;
        long lane = row % GroupPacking.ROWS * 4L;
        if (row >= Math.ceilDiv(y.cols(), GroupPacking.ROWS) * GroupPacking.ROWS) {
            group = 0;
            lane = 0;
        }
        return weights[matrix].offset() + group * groupBytes + lane;
    }
}

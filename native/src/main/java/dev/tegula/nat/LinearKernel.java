package dev.tegula.nat;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tile.GroupPacking;
import dev.tegula.tile.Packings;
import dev.tegula.tile.TileGrid;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * {@link Op.MatMul} and {@link Op.GateUp} in C for every weight format; linear.h says how, the formats' trees are those of
 * their twins.
 *
 * <p>The unit of portions is two groups of 16 rows of weights, the widest panel. All checks are here; C trusts what it is
 * given.
 */
final class LinearKernel implements Kernel {
    /** {@code struct linear_scratch} fits, as linear.h asserts. */
    static final long SCRATCH_BYTES = 2048 * 1024;
    /** Groups of a unit. */
    private static final int UNIT = 2;
    /** From so many rows on the work is in the products, below in reading the weights. */
    private static final int MANY_ROWS = 16;

    private final MemorySegment function;
    private final MemorySegment shape;
    private final MemorySegment w;
    private final MemorySegment w2;
    private final MemorySegment x;
    private final MemorySegment bias;
    private final MemorySegment residual;
    private final MemorySegment y;
    private final RowCount rows;
    private final long maxRows;
    private final int groups;
    private final TileGrid grid;
    private final long unitBytes;

    /**
     * Binds C to memory.
     *
     * @param format {@link LinearFormat#number}
     */
    private LinearKernel(Functions functions, KernelArgs args, GroupPacking packing, int format) {
        this.function = functions.find("linear");
        boolean gated = args.request().op() instanceof Op.GateUp;
        boolean biased = args.request().op() instanceof Op.MatMul op && op.bias();
        boolean added = args.request().op() instanceof Op.MatMul op && op.residual();
        Operand.Weights weights = args.weights(1);
        TensorView input = args.matrix(0);
        TensorView output = args.output();
        TensorView sum = added ? args.matrix(biased ? 3 : 2) : null;
        this.w = memory(weights, packing);
        this.w2 = gated ? memory(args.weights(2), packing) : MemorySegment.NULL;
        this.x = RowsCall.memory("x", input);
        this.bias = biased ? RowsCall.memory("bias", args.matrix(2)) : MemorySegment.NULL;
        this.residual = added ? RowsCall.memory("residual", sum) : MemorySegment.NULL;
        this.y = RowsCall.output("y", output);
        this.rows = args.rows();
        this.maxRows = Math.min(Math.min(input.rows(), output.rows()), added ? sum.rows() : Long.MAX_VALUE);
        this.groups = Math.ceilDiv(output.cols(), GroupPacking.ROWS);
        this.grid = new TileGrid(groups, UNIT);
        long groupBytes = packing.groupBytes(weights.type(), weights.cols());
        this.unitBytes = groupBytes * UNIT * (gated ? 2 : 1);
        LinearKind kind = LinearKind.of(weights.type());
        Blocking blocking = functions.blockings().get().of(kind).checked(functions.isa(), kind);
        this.shape = LinearCall.shape(format,
                gated ? code(((Op.GateUp) args.request().op()).activation()) : 0, blocking,
                output.cols(), weights.cols(), groupBytes, input.rowBytes(), added ? sum.rowBytes() : 0,
                output.rowBytes());
    }

    /** The rows of the table for both ops and every format. */
    static List<KernelFactory> all(Functions functions) {
        List<KernelFactory> rows = new ArrayList<>();
        for (DType type : DType.values()) {
            if (type == DType.F32 || type == DType.F16 || type == DType.BF16 || Codecs.hasCodes(type)) {
                add(rows, functions, Activations.typeFor(type), type);
            }
        }
        if (functions.isa().multipliesBf16()) {
            add(rows, functions, DType.BF16, DType.BF16, "dot" + functions.isa().linearTile(DType.BF16),
                    Packings.of(DType.BF16), LinearFormat.BF16_DOT.ordinal(),
                    request -> NativeLoader.instance().reasonAgainstBf16().orElse(null));
        }
        if (functions.isa().flushesAfterRounding()) {
            add(rows, functions, DType.BF16, DType.BF16);
        }
        // After those that multiply, which were measured to be faster; to be compared by whoever names them.
        for (DType type : Packings.TERNARY) {
            add(rows, functions, Activations.typeFor(type), type, functions.isa().lookupTile(), Packings.LOOKUP,
                    LinearFormat.TQ2_0_LOOKUP.ordinal(), request -> null);
        }
        return rows;
    }

    private static void add(List<KernelFactory> rows, Functions functions, DType x, DType weights) {
        add(rows, functions, x, weights, functions.isa().linearTile(weights), Packings.of(weights),
                LinearFormat.number(weights, x), request -> null);
    }

    private static void add(List<KernelFactory> rows, Functions functions, DType x, DType weights, String tile,
            GroupPacking packing, int format, Function<KernelRequest, String> condition) {
        List.of(Op.MatMul.class, Op.GateUp.class).forEach(op -> {
            boolean gated = op == Op.GateUp.class;
            KernelId id = KernelId.of(gated ? "gateup" : "matmul", DType.F32, x, weights, tile,
                    functions.isa().engine());
            rows.add(TypedFactory
                    .of(id, op, gated ? List.of(x, weights, weights) : List.of(x, weights), List.of(DType.F32),
                            args -> new LinearKernel(functions, args, packing, format))
                    .withPacking(packing)
                    .withCondition(condition)
                    .withScratch(request -> Scratch.Size.ofBytes(SCRATCH_BYTES)));
        });
    }

    /** The number that gates.h has for a function. */
    static int code(Activation activation) {
        return switch (activation) {
            case SILU -> 0;
            case GELU -> 1;
            case RELU2 -> 2;
        };
    }

    /** The memory of weights; its size is that of our own packing, whatever the operand says of itself. */
    private static MemorySegment memory(Operand.Weights weights, GroupPacking packing) {
        return weights.segment()
                .asSlice(weights.offset(), packing.bytes(weights.type(), weights.rows(), weights.cols()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        int count = rows.in(batch);
        if (count == 0) {
            return 0;
        }
        return count < MANY_ROWS
                ? grid.portionsToRead(unitBytes * grid.tiles(), workers)
                : grid.portions(2L * workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int count = rows.in(batch);
        int units = grid.tiles();
        Objects.checkIndex(portion, portions);
        if (count == 0) {
            return;
        }
        if (count > maxRows || portions > units || scratch.bytes().byteSize() < SCRATCH_BYTES
                || scratch.bytes().address() % Storage.ALIGNMENT != 0) {
            throw new IllegalArgumentException(count + " rows of " + maxRows + ", " + portions + " portions of " + units
                    + " units, " + scratch.bytes().byteSize() + " bytes of scratch memory of " + SCRATCH_BYTES);
        }
        LinearCall.call(function, shape, w, w2, x, bias, residual, y, scratch.bytes(), count,
                (long) UNIT * grid.first(portion, portions),
                Math.min(groups, (long) UNIT * grid.first(portion + 1, portions)));
    }
}

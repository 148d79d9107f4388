package dev.tegula.nat;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/**
 * {@link Op.MatMul} and {@link Op.GateUp} with F32 and F16 weights: y[r][j] = Σ x[r][k] w[j][k], summed in the order of k
 * with fma, as their twins do.
 *
 * <pre>
 *   weights   group of 16 rows:  w[0…15][0] | w[0…15][1] | w[0…15][2] | …        one vector (or two) per element of k
 *   x[r]                          x[r][0]     x[r][1]      x[r][2]     …         broadcast
 * </pre>
 *
 * <p>The unit of portions is a group. All checks are here; linear_body.h trusts what it is given.
 */
final class LinearKernel implements Kernel {
    /** {@code struct linear_scratch} fits, as linear.h asserts. */
    static final long SCRATCH_BYTES = 512 * 1024;
    private static final int GROUP = 16;

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

    private LinearKernel(Isa isa, KernelArgs args) {
        this.function = NativeLoader.instance().function("tegula_linear_" + isa.suffix());
        boolean gated = args.request().op() instanceof Op.GateUp;
        boolean biased = args.request().op() instanceof Op.MatMul op && op.bias();
        boolean added = args.request().op() instanceof Op.MatMul op && op.residual();
        Operand.Weights weights = args.weights(1);
        TensorView input = args.matrix(0);
        TensorView output = args.output();
        TensorView sum = added ? args.matrix(biased ? 3 : 2) : null;
        this.w = memory(weights);
        this.w2 = gated ? memory(args.weights(2)) : MemorySegment.NULL;
        this.x = memory("x", input);
        this.bias = biased ? memory("bias", args.matrix(2)) : MemorySegment.NULL;
        this.residual = added ? memory("residual", sum) : MemorySegment.NULL;
        this.y = memory("y", output);
        this.rows = args.rows();
        this.maxRows = Math.min(Math.min(input.rows(), output.rows()), added ? sum.rows() : Long.MAX_VALUE);
        this.groups = Math.ceilDiv(output.cols(), GROUP);
        this.shape = LinearCall.shape(output.cols(), weights.cols(), input.rowBytes(), added ? sum.rowBytes() : 0,
                output.rowBytes(), weights.type() == DType.F16,
                gated ? code(((Op.GateUp) args.request().op()).activation()) : 0);
    }

    /** The row of the table for {@link Op.MatMul}. */
    static KernelFactory matMul(Isa isa, DType weights) {
        return factory("matmul", Op.MatMul.class, isa, List.of(DType.F32, weights));
    }

    /** The row of the table for {@link Op.GateUp}. */
    static KernelFactory gateUp(Isa isa, DType weights) {
        return factory("gateup", Op.GateUp.class, isa, List.of(DType.F32, weights, weights));
    }

    private static KernelFactory factory(String name, Class<? extends Op> op, Isa isa, List<DType> inputs) {
        DType weights = inputs.get(1);
        return TypedFactory
                .of(KernelId.of(name, DType.F32, DType.F32, weights, isa.linearTile(), isa.engine()), op, inputs,
                        List.of(DType.F32), args -> new LinearKernel(isa, args))
                .withPacking(PackRows.of(weights))
                .withScratch(request -> Scratch.Size.ofBytes(SCRATCH_BYTES));
    }

    /** The number that gates.h has for a function. */
    private static int code(Activation activation) {
        return switch (activation) {
            case SILU -> 0;
            case GELU -> 1;
            case RELU2 -> 2;
        };
    }

    private static MemorySegment memory(Operand.Weights weights) {
        return weights.segment()
                .asSlice(weights.offset(),
                        weights.packing().bytes(weights.type(), weights.rows(), weights.cols()));
    }

    private static MemorySegment memory(String what, TensorView view) {
        MemorySegment memory = view.segment().asSlice(view.offset(), view.bytes());
        if (memory.address() % Float.BYTES != 0 || view.rowBytes() % Float.BYTES != 0) {
            throw new IllegalArgumentException(what + " must lie at multiples of 4 bytes, not at " + memory.address()
                    + " with " + view.rowBytes() + " bytes a row");
        }
        return memory;
    }

    @Override
    public int portions(Batch batch, int workers) {
        return rows.in(batch) == 0 ? 0 : Portions.of(groups, workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int count = rows.in(batch);
        Objects.checkIndex(portion, portions);
        if (count > maxRows || portions > groups || scratch.bytes().byteSize() < SCRATCH_BYTES
                || scratch.bytes().address() % Float.BYTES != 0) {
            throw new IllegalArgumentException(count + " rows of " + maxRows + ", " + portions + " portions of "
                    + groups + " groups, " + scratch.bytes().byteSize() + " bytes of scratch memory of "
                    + SCRATCH_BYTES);
        }
        LinearCall.call(function, shape, w, w2, x, bias, residual, y, scratch.bytes(), count,
                Portions.first(groups, portion, portions), Portions.first(groups, portion + 1, portions));
    }
}

package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Twin of {@link Op.Quantize} to BF16: each element to the nearest, ties to even ({@link Bf16#ofF32}). */
final class RefRoundBf16 implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT;

    private final TensorView x;
    private final TensorView y;
    private final RowCount rows;

    private RefRoundBf16(KernelArgs args) {
        this.x = args.matrix(0);
        this.y = args.output();
        this.rows = args.rows();
    }

    static KernelFactory factory() {
        return TypedFactory.of(KernelId.of("quantize", DType.BF16, DType.F32, DType.F32, "row", "ref"),
                Op.Quantize.class, List.of(DType.F32), List.of(DType.BF16), RefRoundBf16::new);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            for (int i = 0; i < y.cols(); i++) {
                float value = x.segment().get(F32, x.rowOffset(r) + 4L * i);
                y.segment().set(BF16, y.rowOffset(r) + 2L * i, Bf16.ofF32(value));
            }
        }
    }
}

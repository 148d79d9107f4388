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
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Twin of {@link Op.NormQuantize}: the bits of {@link Op.RmsNorm} and then {@link Op.Quantize}. */
final class RefNormQuantize implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private final TensorView x;
    private final TensorView w;
    private final TensorView y;
    private final RowCount rows;
    private final float eps;

    private RefNormQuantize(KernelArgs args) {
        this.x = args.matrix(0);
        this.w = args.matrix(1);
        this.y = args.output();
        this.rows = args.rows();
        this.eps = ((Op.NormQuantize) args.request().op()).eps();
    }

    static KernelFactory factory(DType type) {
        return TypedFactory
                .of(KernelId.of("normquantize", type, DType.F32, DType.F32, "row", "ref"), Op.NormQuantize.class,
                        List.of(DType.F32, DType.F32), List.of(type), RefNormQuantize::new)
                .withScratch(request -> Scratch.Size.ofBytes(4L * type.blockLength()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int length = y.type().blockLength();
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            long from = x.rowOffset(r);
            float scale = Lanes16.rmsScale(x.segment(), from, x.cols(), eps);
            for (int i = 0; i < x.cols(); i += length) {
                for (int j = 0; j < length; j++) {
                    scratch.bytes()
                            .set(F32, 4L * j, x.segment().get(F32, from + 4L * (i + j)) * scale
                                    * w.segment().get(F32, w.offset() + 4L * (i + j)));
                }
                Q8Blocks.quantize(scratch.bytes(), 0, y.segment(), y.rowOffset(r) + y.type().bytes(i), length);
            }
        }
    }
}

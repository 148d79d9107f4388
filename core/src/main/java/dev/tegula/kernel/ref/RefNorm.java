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

/**
 * Twin of {@link Op.RmsNorm} and {@link Op.LayerNorm}, with sums in the order of {@link Lanes16}:
 *
 * <pre>
 * RMS:   scale = 1 / sqrt(sum(x²) / n + eps)                      y = (x * scale) * w
 * layer: mean = sum(x) / n    scale = 1 / sqrt(sum((x − mean)²) / n + eps)
 *        y = fma((x − mean) * scale, w, b)
 * </pre>
 */
final class RefNorm implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private final TensorView x;
    private final TensorView w;
    /** Null for the RMS norm. */
    private final TensorView b;
    private final TensorView y;
    private final RowCount rows;
    private final float eps;
    private final int groups;

    private RefNorm(KernelArgs args, float eps, int groups, TensorView b) {
        this.x = args.matrix(0);
        this.w = args.matrix(1);
        this.b = b;
        this.y = args.output();
        this.rows = args.rows();
        this.eps = eps;
        this.groups = groups;
    }

    static KernelFactory rms() {
        return TypedFactory.of(KernelId.of("rmsnorm", DType.F32, DType.F32, DType.F32, "row", "ref"), Op.RmsNorm.class,
                List.of(DType.F32, DType.F32), List.of(DType.F32), args -> {
                    Op.RmsNorm op = (Op.RmsNorm) args.request().op();
                    return new RefNorm(args, op.eps(), op.groups(), null);
                });
    }

    static KernelFactory layer() {
        return TypedFactory.of(KernelId.of("layernorm", DType.F32, DType.F32, DType.F32, "row", "ref"),
                Op.LayerNorm.class, List.of(DType.F32, DType.F32, DType.F32), List.of(DType.F32),
                args -> new RefNorm(args, ((Op.LayerNorm) args.request().op()).eps(), 1, args.matrix(2)));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of((long) rows.in(batch) * groups, workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int units = rows.in(batch) * groups;
        int n = x.cols() / groups;
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            long at = 4L * (u % groups) * n;
            long from = x.rowOffset(u / groups) + at;
            long to = y.rowOffset(u / groups) + at;
            if (b == null) {
                rms(from, to, n);
            } else {
                layer(from, to, n);
            }
        }
    }

    private void rms(long from, long to, int n) {
        float scale = Lanes16.rmsScale(x.segment(), from, n, eps);
        for (int i = 0; i < n; i++) {
            y.segment()
                    .set(F32, to + 4L * i,
                            x.segment().get(F32, from + 4L * i) * scale * w.segment().get(F32, w.offset() + 4L * i));
        }
    }

    private void layer(long from, long to, int n) {
        float mean = Lanes16.sum(x.segment(), from, n) / n;
        float variance = Lanes16.squares(x.segment(), from, n, mean) / n;
        float scale = 1f / (float) Math.sqrt(variance + eps);
        for (int i = 0; i < n; i++) {
            y.segment()
                    .set(F32, to + 4L * i, Math.fma((x.segment().get(F32, from + 4L * i) - mean) * scale,
                            w.segment().get(F32, w.offset() + 4L * i), b.segment().get(F32, b.offset() + 4L * i)));
        }
    }
}

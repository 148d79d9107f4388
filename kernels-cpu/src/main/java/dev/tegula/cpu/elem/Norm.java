package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Op.RmsNorm} and {@link Op.LayerNorm}, by groups of rows:
 *
 * <pre>
 * RMS:   y = (x * scale) * w                      scale = 1 / sqrt(mean(x²) + eps)
 * layer: y = fma((x − mean) * scale, w, b)        scale = 1 / sqrt(mean((x − mean)²) + eps)
 * </pre>
 */
final class Norm implements Kernel {
    private final TensorView x;
    private final TensorView w;
    /** Null for the RMS norm. */
    private final TensorView b;
    private final TensorView y;
    private final RowCount rows;
    private final float eps;
    private final int groups;

    Norm(KernelArgs args) {
        this.x = args.matrix(0);
        this.w = args.matrix(1);
        this.y = args.output();
        this.rows = args.rows();
        if (args.request().op() instanceof Op.RmsNorm(float rmsEps, int rmsGroups)) {
            this.b = null;
            this.eps = rmsEps;
            this.groups = rmsGroups;
        } else {
            this.b = args.matrix(2);
            this.eps = ((Op.LayerNorm) args.request().op()).eps();
            this.groups = 1;
        }
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
                float scale = Sums.rmsScale(x.segment(), from, n, eps, scratch.bytes(), 0);
                scaled(x.segment(), from, scale, w.segment(), w.offset(), y.segment(), to, n);
            } else {
                layer(from, to, n, scratch.bytes());
            }
        }
    }

    /** y = (x * scale) * w for n elements. */
    static void scaled(MemorySegment x, long xo, float scale, MemorySegment w, long wo, MemorySegment y, long yo,
            int n) {
        int whole = n - n % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.F32, x, xo + 4L * i, Lanes.LE)
                    .mul(scale)
                    .mul(FloatVector.fromMemorySegment(Lanes.F32, w, wo + 4L * i, Lanes.LE))
                    .intoMemorySegment(y, yo + 4L * i, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            y.set(Lanes.FLOAT, yo + 4L * i,
                    x.get(Lanes.FLOAT, xo + 4L * i) * scale * w.get(Lanes.FLOAT, wo + 4L * i));
        }
    }

    private void layer(long from, long to, int n, MemorySegment scratch) {
        float mean = Sums.sum(x.segment(), from, n, scratch, 0) / n;
        float variance = Sums.squares(x.segment(), from, n, mean, scratch, 0) / n;
        float scale = 1f / (float) Math.sqrt(variance + eps);
        int whole = n - n % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.F32, x.segment(), from + 4L * i, Lanes.LE)
                    .sub(mean)
                    .mul(scale)
                    .fma(FloatVector.fromMemorySegment(Lanes.F32, w.segment(), w.offset() + 4L * i, Lanes.LE),
                            FloatVector.fromMemorySegment(Lanes.F32, b.segment(), b.offset() + 4L * i, Lanes.LE))
                    .intoMemorySegment(y.segment(), to + 4L * i, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            y.segment()
                    .set(Lanes.FLOAT, to + 4L * i,
                            Math.fma((x.segment().get(Lanes.FLOAT, from + 4L * i) - mean) * scale,
                                    w.segment().get(Lanes.FLOAT, w.offset() + 4L * i),
                                    b.segment().get(Lanes.FLOAT, b.offset() + 4L * i)));
        }
    }
}

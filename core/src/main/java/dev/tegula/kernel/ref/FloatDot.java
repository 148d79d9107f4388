package dev.tegula.kernel.ref;

import dev.tegula.kernel.Operand;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.BlockDecoder;
import dev.tegula.tensor.codec.Codecs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** F32, F16 and BF16 weights: acc = fma(x[k], w[k], acc) from 0 on, in the order of k. */
final class FloatDot extends RowDot {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final BlockDecoder decoder;
    private final long rowBytes;
    private final boolean plain;

    FloatDot(TensorView x, Operand.Weights weights) {
        super(x, weights);
        this.decoder = Codecs.decoder(weights.type());
        this.rowBytes = weights.type().bytes(weights.cols());
        this.plain = weights.type() == DType.F32;
    }

    @Override
    void run(int j, int row, int n, MemorySegment scratch) {
        int k = weights.cols();
        MemorySegment w = weights.segment();
        long at = weights.offset() + j * rowBytes;
        if (!plain) {
            decoder.decode(w, at, scratch, 4L * ROWS, k);
            w = scratch;
            at = 4L * ROWS;
        }
        int r = 0;
        for (; r + 4 <= n; r += 4) {
            four(w, at, row + r, scratch, 4L * r);
        }
        for (; r < n; r++) {
            MemorySegment xs = x.segment();
            long xo = x.rowOffset(row + r);
            float acc = 0;
            for (int i = 0; i < k; i++) {
                acc = Math.fma(xs.get(F32, xo + 4L * i), w.get(F32, at + 4L * i), acc);
            }
            scratch.set(F32, 4L * r, acc);
        }
    }

    /** Four rows at a time, since one chain of fma alone waits for itself. */
    private void four(MemorySegment w, long at, int row, MemorySegment scratch, long to) {
        MemorySegment xs = x.segment();
        long x0 = x.rowOffset(row);
        long x1 = x.rowOffset(row + 1);
        long x2 = x.rowOffset(row + 2);
        long x3 = x.rowOffset(row + 3);
        float a0 = 0;
        float a1 = 0;
        float a2 = 0;
        float a3 = 0;
        for (int i = 0; i < weights.cols(); i++) {
            float v = w.get(F32, at + 4L * i);
            a0 = Math.fma(xs.get(F32, x0 + 4L * i), v, a0);
            a1 = Math.fma(xs.get(F32, x1 + 4L * i), v, a1);
            a2 = Math.fma(xs.get(F32, x2 + 4L * i), v, a2);
            a3 = Math.fma(xs.get(F32, x3 + 4L * i), v, a3);
        }
        scratch.set(F32, to, a0);
        scratch.set(F32, to + 4, a1);
        scratch.set(F32, to + 8, a2);
        scratch.set(F32, to + 12, a3);
    }
}

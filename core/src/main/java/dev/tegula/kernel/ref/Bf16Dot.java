package dev.tegula.kernel.ref;

import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * BF16 weights with activations in BF16, pair by pair as Intel's VDPBF16PS does it: first acc = fma(x[2i + 1], w[2i + 1], acc),
 * then acc = fma(x[2i], w[2i], acc), each with {@link FloatMath#flushingFma}. An odd k is filled up with a zero.
 *
 * @see <a href="https://www.intel.com/content/www/us/en/developer/articles/technical/intel-sdm.html">Intel 64 and IA-32
 *     Architectures Software Developer's Manual, volume 2, VDPBF16PS</a>
 */
final class Bf16Dot extends RowDot {
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final long rowBytes;

    Bf16Dot(TensorView x, Operand.Weights weights) {
        super(x, weights);
        this.rowBytes = weights.type().bytes(weights.cols());
    }

    @Override
    void run(int j, int row, int n, MemorySegment scratch) {
        long w = weights.offset() + j * rowBytes;
        for (int r = 0; r < n; r++) {
            scratch.set(F32, 4L * r, dot(x.segment(), x.rowOffset(row + r), weights.segment(), w, weights.cols()));
        }
    }

    private static float dot(MemorySegment x, long xs, MemorySegment w, long ws, int k) {
        float acc = 0;
        for (int i = 0; i < k; i += 2) {
            if (i + 1 < k) {
                acc = FloatMath.flushingFma(Bf16.toF32(x.get(BF16, xs + 2L * i + 2)),
                        Bf16.toF32(w.get(BF16, ws + 2L * i + 2)), acc);
            } else {
                acc = FloatMath.flushingFma(0f, 0f, acc);
            }
            acc = FloatMath.flushingFma(Bf16.toF32(x.get(BF16, xs + 2L * i)), Bf16.toF32(w.get(BF16, ws + 2L * i)),
                    acc);
        }
        return acc;
    }
}

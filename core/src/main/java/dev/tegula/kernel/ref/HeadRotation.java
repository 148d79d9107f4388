package dev.tegula.kernel.ref;

import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The rotation of a row's heads: with cosine c and sine s of the pair's angle,
 *
 * <pre>
 * y0 = fma(x0, c, -(x1 * s))        y1 = fma(x0, s, x1 * c)
 * </pre>
 *
 * <p>and elements of a head past {@code dims} as they are.
 *
 * @param table a row per position: dims/2 cosines, then dims/2 sines
 * @param halves pairs (i, i + dims/2), else (2i, 2i + 1)
 */
record HeadRotation(TensorView table, int headSize, int dims, boolean halves) {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    /** Rotates all heads of one row; {@code y} may be the memory of {@code x}. */
    void run(TensorView x, TensorView y, int row, int position) {
        MemorySegment xs = x.segment();
        MemorySegment ys = y.segment();
        int pairs = dims / 2;
        int step = halves ? 1 : 2;
        long apart = halves ? 4L * pairs : 4L;
        long cosines = table.rowOffset(position);
        for (int h = 0; h < x.cols(); h += headSize) {
            long from = x.rowOffset(row) + 4L * h;
            long to = y.rowOffset(row) + 4L * h;
            for (int i = 0; i < pairs; i++) {
                long at = 4L * i * step;
                float c = table.segment().get(F32, cosines + 4L * i);
                float s = table.segment().get(F32, cosines + 4L * (pairs + i));
                float x0 = xs.get(F32, from + at);
                float x1 = xs.get(F32, from + at + apart);
                ys.set(F32, to + at, Math.fma(x0, c, -(x1 * s)));
                ys.set(F32, to + at + apart, Math.fma(x0, s, x1 * c));
            }
            for (int i = dims; i < headSize; i++) {
                ys.set(F32, to + 4L * i, xs.get(F32, from + 4L * i));
            }
        }
    }
}

package dev.tegula.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Norms, a work-group of {@link #ITEMS} for each part of a row; quantizing, sums, gates and selection, an item for each. */
final class RowKernels {
    /** Work-items that share a row. */
    static final int ITEMS = 32;
    static final int SILU = 0;
    static final int GELU = 1;
    static final int RELU2 = 2;
    /** Adding it rounds to an integer, ties to even: 1.5 · 2²³. */
    private static final float ROUND = 12582912f;
    /** Blocks whose largest magnitude is below this are zeros. */
    private static final float SMALLEST = 0x1p-100f;

    private RowKernels() {}

    static void rmsNorm(KernelContext c, FloatArray x, FloatArray w, FloatArray y, int n, float eps) {
        int at = c.globalIdy * n;
        int item = c.localIdx;
        float[] sums = c.allocateFloatLocalArray(ITEMS);
        sums[item] = squares(x, at, item, n);
        c.localBarrier();
        float sum = 0;
        for (int j = 0; j < ITEMS; j++) {
            sum += sums[j];
        }
        float scale = 1f / TornadoMath.sqrt(sum / n + eps);
        for (int i = item; i < n; i += ITEMS) {
            y.set(at + i, x.get(at + i) * scale * w.get(i));
        }
    }

    static void normQuantize(KernelContext c, FloatArray x, FloatArray w, IntArray words, FloatArray scales, int n,
            int length, float eps) {
        int row = c.globalIdy;
        int item = c.localIdx;
        float[] sums = c.allocateFloatLocalArray(ITEMS);
        sums[item] = squares(x, row * n, item, n);
        c.localBarrier();
        float sum = 0;
        for (int j = 0; j < ITEMS; j++) {
            sum += sums[j];
        }
        float scale = 1f / TornadoMath.sqrt(sum / n + eps);
        for (int b = item; b < n / length; b += ITEMS) {
            float largest = 0;
            float none = 0;
            for (int i = b * length; i < b * length + length; i++) {
                float v = x.get(row * n + i) * scale * w.get(i);
                largest = TornadoMath.max(largest, TornadoMath.abs(v));
                none += v * 0f;
            }
            boolean empty = largest < SMALLEST;
            float inverse = empty ? 0f : 127f / largest;
            int block = row * (n / length) + b;
            scales.set(block, (empty ? 0f : largest / 127f) + none);
            int sumLength = length == 256 ? 16 : 32;
            int to = block * (1 + length / sumLength + length / 4);
            for (int s = 0; s < length / sumLength; s++) {
                int codes = 0;
                for (int u = 0; u < sumLength / 4; u++) {
                    int word = 0;
                    for (int j = 0; j < 4; j++) {
                        int i = b * length + s * sumLength + 4 * u + j;
                        int q = code(x.get(row * n + i) * scale * w.get(i) * inverse);
                        codes += q;
                        word |= (q & 0xFF) << (8 * j);
                    }
                    words.set(to + 1 + length / sumLength + s * (sumLength / 4) + u, word);
                }
                words.set(to + 1 + s, codes);
            }
        }
    }

    /** A block of Q8 activations: its scale apart; then a word unused, the sums, the codes. */
    static void quantize(KernelContext c, FloatArray x, IntArray words, FloatArray scales, int blocks, int length) {
        int block = c.globalIdx + blocks * c.globalIdy;
        if (c.globalIdx < blocks) {
            int from = block * length;
            float largest = 0;
            float none = 0;
            for (int i = 0; i < length; i++) {
                float v = x.get(from + i);
                largest = TornadoMath.max(largest, TornadoMath.abs(v));
                none += v * 0f;
            }
            boolean empty = largest < SMALLEST;
            float inverse = empty ? 0f : 127f / largest;
            scales.set(block, (empty ? 0f : largest / 127f) + none);
            int sumLength = length == 256 ? 16 : 32;
            int to = block * (1 + length / sumLength + length / 4);
            for (int s = 0; s < length / sumLength; s++) {
                int sum = 0;
                for (int u = 0; u < sumLength / 4; u++) {
                    int word = 0;
                    for (int j = 0; j < 4; j++) {
                        int q = code(x.get(from + s * sumLength + 4 * u + j) * inverse);
                        sum += q;
                        word |= (q & 0xFF) << (8 * j);
                    }
                    words.set(to + 1 + length / sumLength + s * (sumLength / 4) + u, word);
                }
                words.set(to + 1 + s, sum);
            }
        }
    }

    static void add(KernelContext c, FloatArray a, FloatArray b, FloatArray y, int n) {
        int i = c.globalIdx;
        if (i < n) {
            int at = c.globalIdy * n + i;
            y.set(at, a.get(at) + b.get(at));
        }
    }

    static void gate(KernelContext c, FloatArray gate, FloatArray up, FloatArray y, int n, int activation) {
        int i = c.globalIdx;
        if (i < n) {
            int at = c.globalIdy * n + i;
            y.set(at, activate(activation, gate.get(at)) * up.get(at));
        }
    }

    static void selectRows(KernelContext c, IntArray batch, FloatArray x, FloatArray y, int n) {
        int i = c.globalIdx;
        int output = c.globalIdy;
        if (i < n) {
            int row = batch.get(BatchArray.ROWS + 4 * output + 3);
            y.set(output * n + i, x.get(row * n + i));
        }
    }

    static float activate(int activation, float x) {
        if (activation == RELU2) {
            float r = x > 0f ? x : 0f;
            float square = r * r;
            return x != x ? x : square;
        }
        float z = activation == SILU ? x : x * (x * x * 0.071354814f + 1.5957692f);
        float e = TornadoMath.exp(-TornadoMath.abs(z));
        return (z < 0f ? x * e : x) / (1f + e);
    }

    private static float squares(FloatArray x, int at, int item, int n) {
        float sum = 0;
        for (int i = item; i < n; i += ITEMS) {
            float v = x.get(at + i);
            sum += v * v;
        }
        return sum;
    }

    private static int code(float v) {
        return (int) ((v + ROUND) - ROUND);
    }
}

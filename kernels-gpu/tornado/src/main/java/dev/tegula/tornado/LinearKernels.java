package dev.tegula.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Linear layers, a work-item per row of weights and row of activations. Weights lie in groups of 16 rows, word i of a row
 * beside those of the 15 others, so that neighbours read neighbouring words. In {@code finish} are the flags below and, from
 * bit 3 on, an activation.
 */
final class LinearKernels {
    /** Adds the bias, or the residual. */
    static final int BIAS = 1;
    static final int RESIDUAL = 2;
    /** Multiplies the activation of what y holds, which is the gate. */
    static final int GATED = 4;
    static final int ACTIVATION_SHIFT = 3;

    private LinearKernels() {}

    static void floats(KernelContext c, FloatArray x, FloatArray w, FloatArray bias, FloatArray residual, FloatArray y,
            int k, int n, int groupWords, int finish) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < n) {
            int at = i / 16 * groupWords + i % 16;
            float acc = 0;
            for (int j = 0; j < k; j++) {
                acc += x.get(row * k + j) * w.get(at + 16 * j);
            }
            finish(acc, bias, residual, y, i, row * n + i, finish);
        }
    }

    /** F16, two to a word, looked up in a table of all of them. */
    static void halves(KernelContext c, FloatArray x, IntArray w, FloatArray table, FloatArray bias,
            FloatArray residual, FloatArray y, int k, int n, int groupWords, int finish) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < n) {
            int at = i / 16 * groupWords + i % 16;
            float acc = 0;
            for (int j = 0; j < k / 2; j++) {
                int word = w.get(at + 16 * j);
                acc += x.get(row * k + 2 * j) * table.get(word & 0xFFFF);
                acc += x.get(row * k + 2 * j + 1) * table.get((word >> 16) & 0xFFFF);
            }
            if (k % 2 != 0) {
                acc += x.get(row * k + k - 1) * table.get(w.get(at + k / 2 * 16) & 0xFFFF);
            }
            finish(acc, bias, residual, y, i, row * n + i, finish);
        }
    }

    /** Blocks of 32 in pairs: a word with both scales, then 8 words of codes of each. */
    static void eightBits(KernelContext c, IntArray x, FloatArray scales, IntArray w, FloatArray table, FloatArray bias,
            FloatArray residual, FloatArray y, int k, int n, int groupWords, int finish) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < n) {
            int at = i / 16 * groupWords + i % 16;
            int blocks = k / 32;
            float acc = 0;
            for (int b = 0; b < blocks; b++) {
                int unit = at + b / 2 * 17 * 16;
                int codes = unit + (1 + b % 2 * 8) * 16;
                int xs = (row * blocks + b) * 10 + 2;
                int sum = 0;
                for (int u = 0; u < 8; u++) {
                    sum += signedDot(w.get(codes + 16 * u), x.get(xs + u));
                }
                float d = table.get((w.get(unit) >> (16 * (b % 2))) & 0xFFFF);
                acc += sum * (d * scales.get(row * blocks + b));
            }
            finish(acc, bias, residual, y, i, row * n + i, finish);
        }
    }

    /** The same with 4 words of codes: elements 4u to 4u + 3 in the lower halves of word u's bytes, 16 more in the upper. */
    static void fourBits(KernelContext c, IntArray x, FloatArray scales, IntArray w, FloatArray table, FloatArray bias,
            FloatArray residual, FloatArray y, int k, int n, int groupWords, int finish) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < n) {
            int at = i / 16 * groupWords + i % 16;
            int blocks = k / 32;
            float acc = 0;
            for (int b = 0; b < blocks; b++) {
                int unit = at + b / 2 * 9 * 16;
                int codes = unit + (1 + b % 2 * 4) * 16;
                int xs = (row * blocks + b) * 10 + 2;
                // Codes are less 8 each.
                int sum = -8 * x.get(xs - 1);
                for (int u = 0; u < 4; u++) {
                    int word = w.get(codes + 16 * u);
                    sum += unsignedDot(word & 0x0F0F0F0F, x.get(xs + u));
                    sum += unsignedDot((word >> 4) & 0x0F0F0F0F, x.get(xs + 4 + u));
                }
                float d = table.get((w.get(unit) >> (16 * (b % 2))) & 0xFFFF);
                acc += sum * (d * scales.get(row * blocks + b));
            }
            finish(acc, bias, residual, y, i, row * n + i, finish);
        }
    }

    /** Blocks of 256: a scale, which is looked up apart from the words, and 16 words of codes of 2 bits, less 1 each. */
    static void ternary(KernelContext c, IntArray x, FloatArray scales, IntArray w, FloatArray weightScales,
            FloatArray bias, FloatArray residual, FloatArray y, int k, int n, int groupWords, int finish) {
        int i = c.globalIdx;
        int row = c.globalIdy;
        if (i < n) {
            int at = i / 16 * groupWords + i % 16;
            int blocks = k / 256;
            float acc = 0;
            for (int b = 0; b < blocks; b++) {
                int codes = at + (b * 17 + 1) * 16;
                int xs = (row * blocks + b) * 81 + 17;
                int sum = 0;
                for (int s = 0; s < 16; s++) {
                    sum -= x.get(xs - 16 + s);
                }
                for (int s = 0; s < 8; s++) {
                    for (int u = 0; u < 8; u++) {
                        int word = w.get(codes + (s / 4 * 8 + u) * 16) >> (s % 4 * 2);
                        sum += unsignedDot(word & 0x03030303, x.get(xs + 8 * s + u));
                    }
                }
                float d = weightScales.get((i / 16 * blocks + b) * 16 + i % 16);
                acc += sum * (d * scales.get(row * blocks + b));
            }
            finish(acc, bias, residual, y, i, row * n + i, finish);
        }
    }

    /** Sum of products of four signed bytes of each word. */
    private static int signedDot(int a, int b) {
        return ((a << 24) >> 24) * ((b << 24) >> 24) + ((a << 16) >> 24) * ((b << 16) >> 24)
                + ((a << 8) >> 24) * ((b << 8) >> 24) + (a >> 24) * (b >> 24);
    }

    /** The same with unsigned bytes in the first. */
    private static int unsignedDot(int a, int b) {
        return (a & 0xFF) * ((b << 24) >> 24) + ((a >> 8) & 0xFF) * ((b << 16) >> 24)
                + ((a >> 16) & 0xFF) * ((b << 8) >> 24) + ((a >> 24) & 0xFF) * (b >> 24);
    }

    private static void finish(float sum, FloatArray bias, FloatArray residual, FloatArray y, int i, int at,
            int finish) {
        float v = sum;
        if ((finish & BIAS) != 0) {
            v += bias.get(i);
        }
        if ((finish & RESIDUAL) != 0) {
            v += residual.get(at);
        }
        if ((finish & GATED) != 0) {
            v *= RowKernels.activate(finish >> ACTIVATION_SHIFT, y.get(at));
        }
        y.set(at, v);
    }
}

package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.F16;
import dev.tegula.tensor.Fields;

/**
 * Plain quantizers: the range of each block or sub-block divided evenly, everything rounded to the nearest, nothing
 * searched. They give the values after decoding, as a bar for the encoders.
 */
final class Plain {

    private Plain() {}

    static float[] roundTrip(DType type, float[] x) {
        float[] y = new float[x.length];
        int length = type.blockLength();
        for (int at = 0; at < x.length; at += length) {
            switch (type) {
                case Q4_0 -> symmetric(x, y, at, length, half(peak(x, at, length) / -8), -8, 7);
                case Q8_0 -> symmetric(x, y, at, length, half(Math.abs(peak(x, at, length)) / 127), -127, 127);
                case Q6_K -> q6k(x, y, at);
                case Q4_K -> q4k(x, y, at);
                case TQ1_0, TQ2_0 -> symmetric(x, y, at, length, half(Math.abs(peak(x, at, length))), -1, 1);
                default -> fields(x, y, at, type.fields().orElseThrow());
            }
        }
        return y;
    }

    private static float half(float value) {
        return F16.toF32(F16.ofF32(value));
    }

    private static float peak(float[] x, int at, int length) {
        float peak = 0;
        for (int i = at; i < at + length; i++) {
            peak = Math.abs(x[i]) > Math.abs(peak) ? x[i] : peak;
        }
        return peak;
    }

    private static void symmetric(float[] x, float[] y, int at, int length, float d, int low, int high) {
        for (int i = at; i < at + length; i++) {
            y[i] = d == 0 ? 0 : d * Math.clamp(Math.round(x[i] / d), low, high);
        }
    }

    private static void fields(float[] x, float[] y, int at, Fields fields) {
        int length = fields.group();
        if (!fields.hasZero()) {
            symmetric(x, y, at, length, half(peak(x, at, length) / fields.low()), fields.low(), fields.high());
            return;
        }
        float low = 0;
        float high = 0;
        for (int i = at; i < at + length; i++) {
            low = Math.min(low, x[i]);
            high = Math.max(high, x[i]);
        }
        float d = half((high - low) / fields.high());
        int zero = d == 0 ? 0 : Math.clamp(Math.round(-low / d), 0, fields.high());
        symmetric(x, y, at, length, d, -zero, fields.high() - zero);
    }

    private static void q6k(float[] x, float[] y, int at) {
        float largest = Math.abs(peak(x, at, 256)) / 31;
        float d = half(largest / 127);
        for (int sub = at; sub < at + 256; sub += 16) {
            int scale = d == 0 ? 0 : Math.round(Math.abs(peak(x, sub, 16)) / 31 / d);
            symmetric(x, y, sub, 16, d * scale, -32, 31);
        }
    }

    private static void q4k(float[] x, float[] y, int at) {
        float[] scale = new float[8];
        float[] min = new float[8];
        float maxScale = 0;
        float maxMin = 0;
        for (int j = 0; j < 8; j++) {
            float low = 0;
            float high = 0;
            for (int i = at + 32 * j; i < at + 32 * j + 32; i++) {
                low = Math.min(low, x[i]);
                high = Math.max(high, x[i]);
            }
            scale[j] = (high - low) / 15;
            min[j] = -low;
            maxScale = Math.max(maxScale, scale[j]);
            maxMin = Math.max(maxMin, min[j]);
        }
        float d = half(maxScale / 63);
        float dmin = half(maxMin / 63);
        for (int j = 0; j < 8; j++) {
            float s = d == 0 ? 0 : d * Math.round(scale[j] / d);
            float m = dmin == 0 ? 0 : dmin * Math.round(min[j] / dmin);
            for (int i = at + 32 * j; i < at + 32 * j + 32; i++) {
                y[i] = (s == 0 ? 0 : s * Math.clamp(Math.round((x[i] + m) / s), 0, 15)) - m;
            }
        }
    }
}

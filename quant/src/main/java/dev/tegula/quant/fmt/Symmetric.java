package dev.tegula.quant.fmt;

/** Codes without a minimum: {@code x = scale * q} with {@code low <= q <= high}. */
final class Symmetric {

    /**
     * How far the search strays from the scale that maps the value of largest magnitude to the last code, in codes to both
     * sides, and in how many steps. Measured on normal and Laplace samples: twice the reach or a quarter of the step lowers the
     * error of 4-bit codes by at most 0.1 % (6-bit: 1 %) and costs as many times the work.
     */
    private static final double REACH = 1.2;
    private static final int STEPS = 6;

    private Symmetric() {}

    /** The value of largest magnitude in {@code x[from .. from + length)}, with its sign. */
    static float peak(float[] x, int from, int length) {
        float peak = 0;
        for (int i = from; i < from + length; i++) {
            if (Math.abs(x[i]) > Math.abs(peak)) {
                peak = x[i];
            }
        }
        return peak;
    }

    /** Writes the nearest code of each value. A scale of 0 gives codes of 0. */
    static void codes(float[] x, int from, int length, double scale, int low, int high, int[] codes) {
        double inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = from; i < from + length; i++) {
            codes[i] = code(x[i] * inverse, low, high);
        }
    }

    private static int code(double v, int low, int high) {
        return Math.clamp((int) Math.rint(v), low, high);
    }

    /** The squared error with this scale and the nearest codes. */
    static double error(float[] x, int from, int length, double scale, int low, int high) {
        double inverse = scale == 0 ? 0 : 1 / scale;
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            double e = x[i] - scale * code(x[i] * inverse, low, high);
            sum += e * e;
        }
        return sum;
    }

    /**
     * A scale of small squared error: the plain {@code peak / low}, or the least-squares scale of the codes that some
     * scale around it, or around {@code peak / high}, gives.
     *
     * @param half whether the scale will be stored as F16: then only F16 values are compared, so that the result is never
     *     worse than the plain one
     */
    static double search(float[] x, int from, int length, int low, int high, boolean half) {
        double peak = peak(x, from, length);
        if (peak == 0) {
            return 0;
        }
        double best = stored(peak / low, half);
        double bestError = error(x, from, length, best, low, high);
        for (int end : new int[]{low, high}) {
            for (int k = 0; k <= STEPS; k++) {
                double start = peak / (end - REACH + k * 2 * REACH / STEPS);
                double scale = stored(fit(x, from, length, start, low, high), half);
                double error = error(x, from, length, scale, low, high);
                if (error < bestError) {
                    bestError = error;
                    best = scale;
                }
            }
        }
        return best;
    }

    /** The F16 scale of least squared error for the codes that {@code scale} gives, or near it where F16 is coarse. */
    static double fitted(float[] x, int from, int length, double scale, int low, int high) {
        return stored(fit(x, from, length, scale, low, high), true);
    }

    private static double stored(double scale, boolean half) {
        return half ? BlockWriter.roundF16(scale) : scale;
    }

    /** The scale of least squared error for the codes that {@code scale} gives. */
    private static double fit(float[] x, int from, int length, double scale, int low, int high) {
        double xq = 0;
        double qq = 0;
        for (int i = from; i < from + length; i++) {
            int q = code(x[i] / scale, low, high);
            xq += (double) x[i] * q;
            qq += (double) q * q;
        }
        return qq == 0 ? scale : xq / qq;
    }
}

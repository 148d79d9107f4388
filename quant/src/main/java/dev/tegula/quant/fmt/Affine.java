package dev.tegula.quant.fmt;

/** Codes with a minimum: {@code x = scale * q - min} with {@code 0 <= q <= high}, {@code scale, min >= 0}. */
final class Affine {

    /** The range is divided by {@code high - 1.2 … high + 1.2} codes: less clamps outliers, more rounds finer. */
    private static final double REACH = 1.2;
    private static final int STEPS = 6;

    double scale;
    double min;

    /** Sets scale and minimum of small squared error for {@code x[from .. from + length)}. */
    void search(float[] x, int from, int length, int high) {
        double lowest = 0;
        double highest = 0;
        for (int i = from; i < from + length; i++) {
            lowest = Math.min(lowest, x[i]);
            highest = Math.max(highest, x[i]);
        }
        scale = (highest - lowest) / high;
        min = -lowest;
        if (scale == 0) {
            return;
        }
        double bestScale = scale;
        double bestMin = min;
        double bestError = error(x, from, length, scale, min, high);
        for (int k = 0; k <= STEPS; k++) {
            fit(x, from, length, high, (highest - lowest) / (high - REACH + k * 2 * REACH / STEPS), -lowest);
            double error = error(x, from, length, scale, min, high);
            if (error < bestError) {
                bestError = error;
                bestScale = scale;
                bestMin = min;
            }
        }
        scale = bestScale;
        min = bestMin;
    }

    /** Sets scale and minimum to those of least squared error for the codes that the given ones produce. */
    private void fit(float[] x, int from, int length, int high, double startScale, double startMin) {
        double sumQ = 0;
        double sumQq = 0;
        double sumX = 0;
        double sumXq = 0;
        double inverse = inverse(startScale);
        for (int i = from; i < from + length; i++) {
            int q = code(x[i], inverse, startMin, high);
            sumQ += q;
            sumQq += (double) q * q;
            sumX += x[i];
            sumXq += (double) x[i] * q;
        }
        double determinant = length * sumQq - sumQ * sumQ;
        scale = startScale;
        min = startMin;
        if (determinant > 0) {
            scale = (length * sumXq - sumX * sumQ) / determinant;
            min = (sumQ * sumXq - sumQq * sumX) / determinant;
        }
        if (min < 0) {
            // The format's minimum cannot lift values: the best without one.
            min = 0;
            scale = sumQq == 0 ? startScale : sumXq / sumQq;
        }
    }

    /** The nearest code of a value; {@code inverse} is {@link #inverse} of the scale. */
    static int code(float x, double inverse, double min, int high) {
        return Math.clamp((int) Math.rint((x + min) * inverse), 0, high);
    }

    /** The reciprocal of a scale; 0 for 0, so that all codes are 0 then. */
    static double inverse(double scale) {
        return scale == 0 ? 0 : 1 / scale;
    }

    /** The squared error with this scale and minimum and the nearest codes. */
    static double error(float[] x, int from, int length, double scale, double min, int high) {
        double inverse = inverse(scale);
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            double e = x[i] - (scale * code(x[i], inverse, min, high) - min);
            sum += e * e;
        }
        return sum;
    }
}

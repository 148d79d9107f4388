package dev.tegula.quant.fmt;

import java.util.Arrays;

/**
 * The ternary block of least squared error: {@code x = d * t} with {@code t} of -1, 0, 1.
 *
 * <p>If the k values of largest magnitude get ±1, the best scale is their mean magnitude and the squared error falls by
 * {@code (sum of the k)^2 / k}; so the best k is found in one pass over the sorted magnitudes.
 */
final class Ternary {

    private Ternary() {}

    /** Writes the digits 0, 1, 2 (for -1, 0, 1) of each value and returns the scale, an F16 value. */
    static float quantize(float[] x, int[] digits) {
        float[] magnitudes = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            magnitudes[i] = Math.abs(x[i]);
        }
        Arrays.sort(magnitudes);
        double sum = 0;
        double bestGain = 0;
        double mean = 0;
        for (int k = 1; k <= x.length; k++) {
            sum += magnitudes[x.length - k];
            double gain = sum * sum / k;
            if (gain > bestGain) {
                bestGain = gain;
                mean = sum / k;
            }
        }
        float d = BlockWriter.roundF16(mean);
        for (int i = 0; i < x.length; i++) {
            // With a scale of 0 any digit is 0; the middle one says so.
            digits[i] = d == 0 || Math.abs(x[i]) <= d / 2 ? 1 : x[i] < 0 ? 0 : 2;
        }
        return d;
    }
}

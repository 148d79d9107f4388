package dev.tegula.quant.eval;

/**
 * How far values are from what they stand for.
 *
 * @param count values compared
 * @param rmse root of the mean squared difference
 * @param relativeRmse {@code rmse} over the root mean square of the expected values; 0 when nothing differs, infinite when
 *     something differs and all expected values are 0
 * @param maxError largest absolute difference; NaN when one of two values is NaN and the other is not
 * @param maxErrorIndex where that is, -1 when nothing differs
 * @param bias mean difference, actual minus expected
 */
public record TensorError(long count, double rmse, double relativeRmse, double maxError, long maxErrorIndex,
        double bias) {

    /** Signal to quantization noise ratio in decibels; infinite when nothing differs. */
    public double sqnr() {
        return -20 * Math.log10(relativeRmse);
    }
}

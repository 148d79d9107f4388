package dev.tegula.quant.eval;

/**
 * How far one model's logits are from a reference's, over a number of rows (positions of a text).
 *
 * @param rows rows compared
 * @param meanKl mean over the rows of the Kullback-Leibler divergence KL(reference ‖ other), in nats
 * @param maxKl the largest of a row
 * @param topAgreement share of rows, 0…1, whose most probable token is the same; ties go to the lower id
 * @param maxDifference largest absolute difference of two logits
 * @param largestLogit largest magnitude of a reference logit, to relate {@code maxDifference} to
 * @see <a href="https://doi.org/10.1214/aoms/1177729694">Kullback and Leibler, On Information and Sufficiency (1951)</a>
 */
public record LogitAgreement(long rows, double meanKl, double maxKl, double topAgreement, double maxDifference,
        double largestLogit) {

    /** The largest difference as a share of the largest logit; 0 when both are 0. */
    public double relativeDifference() {
        return maxDifference == 0 ? 0 : maxDifference / largestLogit;
    }
}

package dev.tegula.quant.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogitMeterTest {

    private static LogitAgreement compare(float[] reference, float[] other) {
        LogitMeter meter = new LogitMeter();
        meter.add(reference, other);
        return meter.result();
    }

    @Test
    void measuresAKnownCase() {
        // Probabilities 3/4, 1/4 against 1/2, 1/2: 3/4 log(3/2) + 1/4 log(1/2).
        float[] reference = {(float) Math.log(3), 0};
        LogitAgreement row = compare(reference, new float[]{7, 7});
        assertEquals(0.75 * Math.log(1.5) - 0.25 * Math.log(2), row.meanKl(), 1e-7);
        assertEquals(1, row.topAgreement(), "a tie goes to the lower id");
        assertEquals(7, row.maxDifference());
        assertEquals((float) Math.log(3), row.largestLogit(), 1e-7);
    }

    @Test
    void agreesWithTheDefinitionOnProbabilities() {
        Random random = new Random(5);
        float[] a = new float[300];
        float[] b = new float[300];
        double sumA = 0;
        double sumB = 0;
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) random.nextGaussian() * 3;
            b[i] = a[i] + (float) random.nextGaussian() * 0.2f;
            sumA += Math.exp(a[i]);
            sumB += Math.exp(b[i]);
        }
        double kl = 0;
        for (int i = 0; i < a.length; i++) {
            kl += Math.exp(a[i]) / sumA * Math.log(Math.exp(a[i]) / sumA / (Math.exp(b[i]) / sumB));
        }
        assertEquals(kl, compare(a, b).meanKl(), 1e-12);
    }

    @Test
    void aShiftOfAllLogitsChangesNoProbability() {
        LogitAgreement row = compare(new float[]{1000, 1001, 1003}, new float[]{0, 1, 3});
        assertEquals(0, row.meanKl(), 1e-12);
        assertEquals(1, row.topAgreement());
        assertEquals(1000, row.maxDifference());
        assertEquals(1000.0 / 1003, row.relativeDifference());
    }

    @Test
    void rowsAddUp() {
        LogitMeter meter = new LogitMeter();
        meter.add(new float[]{0, 1}, new float[]{0, 1});
        meter.add(new float[]{0, 1}, new float[]{1, 0});
        LogitAgreement both = meter.result();
        double kl = compare(new float[]{0, 1}, new float[]{1, 0}).meanKl();
        assertEquals(2, both.rows());
        assertEquals(0.5, both.topAgreement());
        assertEquals(kl / 2, both.meanKl(), 1e-15);
        assertEquals(kl, both.maxKl(), 1e-15);
        assertEquals(new LogitAgreement(0, 0, 0, 0, 0, 0), new LogitMeter().result());
    }

    @Test
    void infinitiesAndNaN() {
        float inf = Float.POSITIVE_INFINITY;
        assertEquals(0, compare(new float[]{1, -inf}, new float[]{2, -inf}).meanKl(), 1e-15);
        assertEquals(Double.POSITIVE_INFINITY, compare(new float[]{1, 1}, new float[]{2, -inf}).meanKl());
        LogitAgreement nan = compare(new float[]{1, 1}, new float[]{1, Float.NaN});
        assertTrue(Double.isNaN(nan.meanKl()));
        assertTrue(Double.isNaN(nan.maxDifference()));
        assertEquals(0, nan.topAgreement());
    }

    @Test
    void refusesWhatIsNoRow() {
        LogitMeter meter = new LogitMeter();
        assertThrows(IllegalArgumentException.class, () -> meter.add(new float[2], new float[3]));
        assertThrows(IllegalArgumentException.class, () -> meter.add(new float[0], new float[0]));
    }
}

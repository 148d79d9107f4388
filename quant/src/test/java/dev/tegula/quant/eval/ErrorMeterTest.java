package dev.tegula.quant.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ErrorMeterTest {

    @Test
    void measuresAKnownCase() {
        TensorError error = ErrorMeter.compare(new float[]{3, -4, 0, 5}, new float[]{3, -3, 0, 3});
        assertEquals(4, error.count());
        assertEquals(Math.sqrt(5.0 / 4), error.rmse(), 1e-15);
        assertEquals(Math.sqrt(5.0 / 50), error.relativeRmse(), 1e-15);
        assertEquals(10, error.sqnr(), 1e-12);
        assertEquals(2, error.maxError());
        assertEquals(3, error.maxErrorIndex());
        assertEquals(-0.25, error.bias());
    }

    @Test
    void piecesAddUp() {
        float[] expected = {1, 2, 3, 4, 5, 6};
        float[] actual = {1.5f, 2, 2, 4, 5.25f, 6};
        ErrorMeter meter = new ErrorMeter();
        meter.add(MemorySegment.ofArray(expected), 0, MemorySegment.ofArray(actual), 0, 2);
        meter.add(MemorySegment.ofArray(expected), 8, MemorySegment.ofArray(actual), 8, 4);
        assertEquals(ErrorMeter.compare(expected, actual), meter.result());
    }

    @Test
    void nothingDiffers() {
        float[] values = {1, Float.NaN, Float.NEGATIVE_INFINITY};
        TensorError error = ErrorMeter.compare(values, values.clone());
        assertEquals(0, error.rmse());
        assertEquals(0, error.relativeRmse());
        assertEquals(Double.POSITIVE_INFINITY, error.sqnr());
        assertEquals(-1, error.maxErrorIndex());
        assertEquals(new TensorError(0, 0, 0, 0, -1, 0), new ErrorMeter().result());
    }

    @Test
    void aNaNIsNotSilent() {
        TensorError error = ErrorMeter.compare(new float[]{1, 2, 3}, new float[]{9, Float.NaN, 3});
        assertTrue(Double.isNaN(error.rmse()));
        assertTrue(Double.isNaN(error.maxError()));
        assertEquals(1, error.maxErrorIndex());
    }

    @Test
    void refusesDifferentLengths() {
        assertThrows(IllegalArgumentException.class, () -> ErrorMeter.compare(new float[2], new float[3]));
        MemorySegment two = MemorySegment.ofArray(new float[2]);
        assertThrows(IndexOutOfBoundsException.class, () -> new ErrorMeter().add(two, 0, two, 4, 2));
    }
}

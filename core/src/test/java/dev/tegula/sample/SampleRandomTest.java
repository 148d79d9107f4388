package dev.tegula.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SampleRandomTest {
    @Test
    void givesTheNumbersOfTheReferenceImplementation() {
        SampleRandom random = new SampleRandom(1234567);
        for (String expected : new String[]{"6457827717110365317", "3203168211198807973", "9817491932198370423",
            "4593380528125082431", "16408922859458223821"}) {
            assertEquals(Long.parseUnsignedLong(expected), random.nextLong());
        }
    }

    @Test
    void continuesFromItsState() {
        SampleRandom random = new SampleRandom(9);
        random.nextLong();
        SampleRandom copy = new SampleRandom(random.state());
        assertEquals(random.nextLong(), copy.nextLong());
        random.setState(9);
        assertEquals(new SampleRandom(9).nextLong(), random.nextLong());
    }

    @Test
    void doublesAreBelowOneAndSpreadEvenly() {
        SampleRandom random = new SampleRandom(1);
        int[] bins = new int[16];
        int draws = 16_000;
        for (int i = 0; i < draws; i++) {
            double value = random.nextDouble();
            assertTrue(value >= 0 && value < 1);
            bins[(int) (value * bins.length)]++;
        }
        double chiSquare = 0;
        for (int bin : bins) {
            double expected = draws / (double) bins.length;
            chiSquare += (bin - expected) * (bin - expected) / expected;
        }
        // 99.9 % quantile of chi-square with 15 degrees of freedom.
        assertTrue(chiSquare < 37.7, "chi-square " + chiSquare);
    }
}

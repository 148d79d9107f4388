package dev.tegula.bench.ladder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every step computes the product, on sizes that fit its vectors, tiles and blocks and on sizes that do not. */
class LadderTest {
    /** m, n, k: whole tiles; one of everything; less than a vector; some more than tiles, panels and blocks. */
    private static final List<int[]> SIZES = List.of(new int[]{4, 64, 512}, new int[]{1, 1, 1}, new int[]{3, 5, 7},
            new int[]{5, 37, 70}, new int[]{9, 131, 300}, new int[]{1, 200, 257}, new int[]{6, 33, 32});

    @ParameterizedTest
    @EnumSource(Ladder.class)
    void computesTheProduct(Ladder step) {
        for (int threads = 1; threads <= 3; threads++) {
            for (int[] size : SIZES) {
                // The kernel of the table takes whole blocks only, as files have them.
                int k = step == Ladder.TABLE_KERNEL ? (size[2] + 31) / 32 * 32 : size[2];
                try (Step made = step.of(Product.random(size[0], size[1], k), threads)) {
                    made.check();
                    // A second call starts from what the first has left.
                    made.check();
                    assertEquals((long) size[0] * size[1] * k, made.cost().multiplyAdds());
                }
            }
        }
    }

    @Test
    void wrongElementIsFound() {
        Product product = Product.random(3, 5, 70);
        Product.Answer answer = product.answer();
        for (int wrong = 0; wrong < 15; wrong++) {
            float off = (float) (answer.values()[wrong] + 3 * answer.bounds()[wrong]);
            try (Step step = new OffByALittle(product, wrong, off)) {
                String message = assertThrows(IllegalStateException.class, step::check).getMessage();
                assertTrue(message.contains("in row " + wrong / 5 + ", column " + wrong % 5), message);
            }
            try (Step step = new OffByALittle(product, wrong, Float.NaN)) {
                assertThrows(IllegalStateException.class, step::check);
            }
        }
    }

    /** Right but for one element. */
    private static final class OffByALittle extends OwnStep {
        private final Product.Answer answer;
        private final int wrong;
        private final float value;

        OffByALittle(Product product, int wrong, float value) {
            super(product);
            this.answer = product.answer();
            this.wrong = wrong;
            this.value = value;
        }

        @Override
        public void run() {
            // The answer is there.
        }

        @Override
        float result(int row, int col) {
            int at = row * n + col;
            return at == wrong ? value : (float) answer.values()[at];
        }
    }

    /** Weights of four bits are the weights, but for half a step of their scale, and rows but for half of theirs. */
    @Test
    void fourBitsAreNearTheProduct() {
        Product product = Product.random(3, 40, 256);
        double[] right = product.answer().values();
        try (FourBits step = new FourBits(product)) {
            step.check();
            double most = 0;
            double sum = 0;
            for (int i = 0; i < right.length; i++) {
                double error = step.result(i / 40, i % 40) - right[i];
                most = Math.max(most, Math.abs(error));
                sum += error;
            }
            // An error has at most 1/14 + 1/254 and a little of 1 for each of 256 products of numbers below 1.
            assertTrue(most < 256 * (1 / 14.0 + 1 / 254.0 + 1e-3) && most > 0, "largest error " + most);
            assertTrue(Math.abs(sum / right.length) < 1, "mean error " + sum / right.length);
        }
    }

    @Test
    void refusesSizesThatItHasNoRoomFor() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Product.random(0, 1, 1)).getMessage()
                .startsWith("m, n, k 0, 1, 1: each from 1 to 65536"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Product.random(1, 65536, 65536)).getMessage()
                .contains("at most 2^28 elements"));
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> Ladder.TABLE_KERNEL.of(Product.random(1, 1, 31), 1)).getMessage().startsWith("k 31: "));
    }

    @Test
    void thePageExplainsEveryStep() throws IOException {
        String page = Files.readString(Path.of("../docs/LADDER.md"));
        for (Ladder step : Ladder.values()) {
            assertTrue(page.contains("`" + step + "`"), step + " is not in docs/LADDER.md");
        }
    }
}

package dev.tegula.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The algebra of layouts against what its operations say, element by element. */
class TileLayoutTest {
    private static final int TRIALS = 4000;

    private static long[] offsets(TileLayout layout) {
        return LongStream.range(0, layout.size()).map(layout::offset).toArray();
    }

    private static TileLayout random(SplittableRandom random, int modes, int strides) {
        TileLayout[] parts = new TileLayout[1 + random.nextInt(modes)];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = TileLayout.mode(1 + random.nextInt(6), random.nextInt(strides));
        }
        return TileLayout.of(parts);
    }

    /** A permutation of a box: modes in a random order, of sizes that share divisors. */
    private static TileLayout permuted(SplittableRandom random) {
        int rank = 1 + random.nextInt(4);
        int[] order = new int[rank];
        long[] sizes = new long[rank];
        for (int i = 0; i < rank; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
            sizes[i] = 1L << random.nextInt(4);
            sizes[i] *= random.nextInt(3) == 0 ? 3 : 1;
        }
        TileLayout[] modes = new TileLayout[rank];
        long stride = 1;
        for (int i : order) {
            modes[i] = TileLayout.mode(sizes[i], stride);
            stride *= sizes[i];
        }
        return TileLayout.of(modes);
    }

    @Test
    void offsetsAreTheSumsOfCoordinatesTimesStrides() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < TRIALS; trial++) {
            long a = 1 + random.nextInt(5);
            long b = 1 + random.nextInt(5);
            long c = 1 + random.nextInt(5);
            long da = random.nextInt(20);
            long db = random.nextInt(20);
            long dc = random.nextInt(20);
            TileLayout layout = TileLayout.of(
                    TileLayout.of(TileLayout.mode(a, da), TileLayout.mode(b, db)), TileLayout.mode(c, dc));
            assertEquals(TileShape.of(a * b, c), layout.shape());
            long largest = 0;
            for (long k = 0; k < c; k++) {
                for (long j = 0; j < b; j++) {
                    for (long i = 0; i < a; i++) {
                        long offset = i * da + j * db + k * dc;
                        assertEquals(offset, layout.offset(i + a * (j + b * k)), layout.toString());
                        assertEquals(offset, layout.at(i + a * j, k));
                        largest = Math.max(largest, offset);
                    }
                }
            }
            assertEquals(largest + 1, layout.cosize());
            assertArrayEquals(offsets(layout), offsets(layout.coalesce()));
            assertEquals(1, layout.coalesce().shape().rank());
            assertArrayEquals(LongStream.range(0, c).map(k -> k * dc).toArray(), offsets(layout.mode(1)));
        }
    }

    @Test
    void composesOrRefuses() {
        SplittableRandom random = new SplittableRandom(2);
        int composed = 0;
        for (int trial = 0; trial < 10 * TRIALS; trial++) {
            TileLayout outer = random.nextBoolean() ? permuted(random) : random(random, 3, 12);
            TileLayout inner = random(random, 3, 12);
            TileLayout both;
            try {
                both = outer.compose(inner);
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage().startsWith("mode "), refused.getMessage());
                continue;
            }
            composed++;
            assertEquals(inner.shape(), both.shape());
            LongUnaryOperator right = i -> outer.offset(inner.offset(i));
            assertArrayEquals(LongStream.range(0, inner.size()).map(right).toArray(), offsets(both),
                    outer + " after " + inner);
        }
        assertTrue(composed > TRIALS / 2, composed + " compositions");
    }

    @Test
    void composesWhateverFitsAContiguousRange() {
        SplittableRandom random = new SplittableRandom(3);
        for (int trial = 0; trial < TRIALS; trial++) {
            TileLayout inner = random(random, 4, 9);
            TileLayout line = TileLayout.mode(inner.cosize(), 5);
            long[] right = LongStream.of(offsets(inner)).map(o -> 5 * o).toArray();
            assertArrayEquals(right, offsets(line.compose(inner)), inner.toString());
        }
    }

    @Test
    void theComplementFillsWhatIsLeftOut() {
        SplittableRandom random = new SplittableRandom(4);
        for (int trial = 0; trial < TRIALS; trial++) {
            TileLayout whole = permuted(random);
            // Some modes of a permutation: what is left out has gaps.
            TileLayout layout = whole.mode(random.nextInt(whole.shape().rank()));
            if (random.nextBoolean()) {
                layout = TileLayout.of(layout, TileLayout.mode(3, 0));
            }
            TileLayout rest = layout.complement(whole.size());
            BitSet seen = new BitSet();
            TileLayout distinct = TileLayout.of(layout.mode(0), rest);
            for (long offset : offsets(distinct)) {
                assertTrue(!seen.get((int) offset), layout + " and " + rest + " both have " + offset);
                seen.set((int) offset);
            }
            assertEquals(whole.size(), seen.nextClearBit(0), layout + " and " + rest);
            assertEquals(whole.size(), seen.cardinality());
        }
    }

    @Test
    void divisionCutsALayoutIntoTiles() {
        SplittableRandom random = new SplittableRandom(5);
        int divided = 0;
        for (int trial = 0; trial < 4 * TRIALS; trial++) {
            TileLayout whole = permuted(random);
            TileLayout tile = TileLayout.mode(1L << random.nextInt(4), 1L << random.nextInt(3));
            TileLayout cut;
            try {
                cut = whole.divide(tile);
            } catch (IllegalArgumentException refused) {
                assertTrue(refused.getMessage().startsWith("mode "), refused.getMessage());
                continue;
            }
            divided++;
            assertEquals(tile.size(), cut.shape().size(0));
            assertEquals(whole.size(), cut.size());
            for (long i = 0; i < tile.size(); i++) {
                assertEquals(whole.offset(tile.offset(i)), cut.at(i, 0));
            }
            assertArrayEquals(LongStream.of(offsets(whole)).sorted().toArray(),
                    LongStream.of(offsets(cut)).sorted().toArray(), whole + " by " + tile);
        }
        assertTrue(divided > TRIALS, divided + " divisions");
    }

    @Test
    void knowsTheExamplesOfThePublishedAlgebra() {
        TileLayout a = TileLayout.of(TileLayout.mode(6, 8), TileLayout.mode(2, 2));
        TileLayout b = TileLayout.of(TileLayout.mode(4, 3), TileLayout.mode(3, 1));
        assertEquals("((2,2),3):((24,2),8)", a.compose(b).toString());
        assertEquals("(2,2):(24,2)",
                TileLayout.of(a.compose(TileLayout.mode(2, 3)), a.compose(TileLayout.mode(2, 6))).toString());
        assertEquals("((2,3)):((1,8))",
                TileLayout.of(TileLayout.mode(4, 2)).complement(24).toString());
        assertEquals("(6):(4)", TileLayout.mode(4, 1).complement(24).toString());
        TileLayout line = TileLayout.of(TileLayout.mode(4, 2), TileLayout.mode(2, 1), TileLayout.mode(3, 8));
        assertEquals("((2,2),(2,3)):((4,1),(2,8))", line.divide(TileLayout.mode(4, 2)).toString());
        assertEquals("(8):(1)", TileLayout.compact(2, 4).coalesce().toString());
        assertEquals("(1):(0)", TileLayout.mode(1, 9).toString());
    }

    @Test
    void refusesWithTheModesName() {
        TileLayout layout = TileLayout.of(TileLayout.mode(4, 1), TileLayout.mode(6, 10));
        assertMessage("mode 1", () -> layout.compose(TileLayout.of(TileLayout.mode(4, 1), TileLayout.mode(5, 6))));
        assertMessage("goes past the end", () -> layout.compose(TileLayout.mode(4, 8)));
        // Each mode fits by itself; together they carry.
        assertMessage("mode 1", () -> layout.compose(TileLayout.of(TileLayout.mode(3, 1), TileLayout.mode(3, 1))));
        assertMessage("overlaps", () -> TileLayout.of(TileLayout.mode(4, 1), TileLayout.mode(2, 2)).complement(16));
        assertMessage("mode 3:-1", () -> TileLayout.mode(3, -1));
        assertMessage("mode 0:1", () -> TileLayout.mode(0, 1));
        assertMessage("mode 1 of coordinate [0, 6]", () -> layout.at(0, 6));
        assertMessage("coordinate [0]", () -> layout.at(0));
        assertThrows(IndexOutOfBoundsException.class, () -> layout.offset(24));
        assertThrows(IndexOutOfBoundsException.class, () -> layout.offset(-1));
        assertMessage("mode 1 of [2, 0]", () -> TileShape.of(2, 0));
        assertMessage("at least one mode", TileShape::of);
    }

    @Test
    void overflowIsAnError() {
        assertThrows(ArithmeticException.class, () -> TileShape.of(1L << 32, 1L << 31));
        assertThrows(ArithmeticException.class, () -> TileLayout.mode(3, 1L << 62));
        assertThrows(ArithmeticException.class, () -> TileLayout.of(TileLayout.mode(2, Long.MAX_VALUE - 1),
                TileLayout.mode(3, 1)));
        assertThrows(ArithmeticException.class, () -> TileLayout.compact(1L << 40, 1L << 40));
        assertEquals(1L << 62, TileLayout.mode(2, (1L << 62) - 1).cosize());
    }

    @Test
    void shapesAndLayoutsAreValues() {
        assertEquals(TileLayout.compact(4, 8), TileLayout.of(TileLayout.mode(4, 1), TileLayout.mode(8, 4)));
        assertEquals(TileLayout.compact(4, 8).hashCode(), TileLayout.compact(4, 8).hashCode());
        assertNotEquals(TileLayout.compact(4, 8), TileLayout.compact(8, 4));
        TileShape shape = TileShape.of(4, 8);
        assertEquals("(4,8)", shape.toString());
        assertEquals(TileShape.of(4, 8).hashCode(), shape.hashCode());
        assertArrayEquals(new long[]{3, 5}, shape.coordinate(shape.index(3, 5)));
        assertEquals(23, shape.index(3, 5));
    }

    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}

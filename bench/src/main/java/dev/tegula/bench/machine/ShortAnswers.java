package dev.tegula.bench.machine;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** Operands and answers of {@link VectorLoops#products}. */
final class ShortAnswers {
    private ShortAnswers() {}

    /** Factors 1 to 4 by lane, so that vectors of any length have the same. */
    private static int factor(long i) {
        return 1 + (int) (i % 4);
    }

    static void fill(MemorySegment x, MemorySegment z) {
        for (long i = 0; i < x.byteSize() / Short.BYTES; i++) {
            x.setAtIndex(JAVA_SHORT, i, (short) i);
        }
        for (long i = 0; i < z.byteSize() / Short.BYTES; i++) {
            z.setAtIndex(JAVA_SHORT, i, (short) factor(i));
        }
    }

    static void verify(Walk.Piece piece) {
        piece.y().fill((byte) 0);
        VectorLoops.products(piece.y(), piece.x(), piece.z(), piece.count(), piece.passes());
        for (long i = 0; i < piece.x().byteSize() / Short.BYTES; i++) {
            short want = (short) (i + piece.count() * factor(i) * factor(i));
            if (piece.y().getAtIndex(JAVA_SHORT, i) != want) {
                throw new IllegalStateException("products of int16: wrong result at " + i + ": "
                        + piece.y().getAtIndex(JAVA_SHORT, i) + " instead of " + want);
            }
        }
    }
}

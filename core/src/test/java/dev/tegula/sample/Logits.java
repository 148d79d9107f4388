package dev.tegula.sample;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of logits for the tests. */
final class Logits {
    /** Sixteen logits rounded to two digits; the expected values made of them were computed with numpy. */
    static final float[] SIXTEEN = {-1.6f, -2.65f, -0.5f, 0.84f, 2.27f, 0.22f, -1.11f, -1.57f, 1.5f, 3.27f, 0.55f,
        -2.47f,
        -1.92f, 3.2f, 0.41f, -3.46f};

    private Logits() {}

    static MemorySegment row(float... logits) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, logits);
    }

    static Candidates loaded(float... logits) {
        Candidates candidates = new Candidates(logits.length);
        candidates.load(row(logits), 0);
        return candidates;
    }

    static int[] ids(Candidates candidates) {
        int[] ids = new int[candidates.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = candidates.id(i);
        }
        return ids;
    }
}

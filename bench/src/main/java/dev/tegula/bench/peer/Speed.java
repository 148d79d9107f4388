package dev.tegula.bench.peer;

import java.util.Locale;

/**
 * A figure that a bench of a model prints.
 *
 * @param test what was measured
 * @param tokens how many, 0 where that is not said
 * @param rate tokens per second
 */
record Speed(Test test, int tokens, double rate) {
    /** What benches measure. */
    enum Test {
        /** Reading a prompt. */
        PREFILL,
        /** Tokens one by one. */
        DECODE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What was measured, for people. */
    String what() {
        return test + (tokens == 0 ? "" : " " + tokens);
    }

    /** Whether another figure may be of the same. */
    boolean matches(Speed other) {
        return test == other.test && (tokens == other.tokens || tokens == 0 || other.tokens == 0);
    }
}

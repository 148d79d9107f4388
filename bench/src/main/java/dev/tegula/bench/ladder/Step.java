package dev.tegula.bench.ladder;

import dev.tegula.kernel.Cost;

/** A way to compute a product. What its constructor does, laying out the weights among it, happens once, when a model is loaded. */
interface Step extends AutoCloseable {
    /** Computes all of C. */
    void run();

    /**
     * Runs once and looks at C.
     *
     * @throws IllegalStateException at the first element that is further from the answer than rounding can bring it
     */
    void check();

    /** Multiply-adds, and the bytes of A, of the weights as the step has them, and of C. */
    Cost cost();

    /** Frees the memory. */
    @Override
    void close();
}

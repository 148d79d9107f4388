package dev.tegula.bench.report;

import dev.tegula.tensor.TensorView;

/** An engine with the scalar sum of two matrices, which takes some times as long when a test wants it to. */
public final class SlowedProvider extends ScalarUnderAnotherName {
    static final String ENGINE = "slowed";

    /** How many times as long as it needs a call takes. */
    private static volatile int times = 1;

    /** For the service loader. */
    public SlowedProvider() {
        super(ENGINE, -1, "add");
    }

    static void takes(int timesAsLong) {
        times = timesAsLong;
    }

    @Override
    void run(Runnable right, int portion, TensorView output) {
        long start = System.nanoTime();
        right.run();
        long needed = System.nanoTime() - start;
        while (System.nanoTime() - start < times * needed) {
            Thread.onSpinWait();
        }
    }
}

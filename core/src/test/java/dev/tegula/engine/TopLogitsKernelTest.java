package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.kernel.KernelTable;
import dev.tegula.sample.TopLogits;
import dev.tegula.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopLogitsKernelTest {
    private static final int VOCABULARY = 3000;
    private static final int ROWS = 3;

    private static MemorySegment rows(Storage storage) {
        MemorySegment rows = storage.allocate(4L * ROWS * VOCABULARY);
        Random random = new Random(4);
        for (int i = 0; i < ROWS * VOCABULARY; i++) {
            // Every number many times, so that there are ties.
            rows.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextInt(500));
        }
        return rows;
    }

    /** More rows in turn than it keeps kernels for, and more tokens than it asks a kernel for. */
    @Test
    void equalsPlainJava() {
        try (Storage storage = new Storage("test");
                TopLogitsKernel top = new TopLogitsKernel(KernelTable.load(), VOCABULARY, 2)) {
            MemorySegment rows = rows(storage);
            for (int k : new int[]{1, 40, 1024, 1025, VOCABULARY}) {
                for (int turn = 0; turn < 2 * ROWS; turn++) {
                    float[] right = new float[k];
                    float[] values = new float[k];
                    int[] rightIds = new int[k];
                    int[] ids = new int[k];
                    long offset = 4L * VOCABULARY * (turn % ROWS);
                    TopLogits.plain().select(rows, offset, VOCABULARY, k, right, rightIds);
                    top.select(rows, offset, VOCABULARY, k, values, ids);
                    assertArrayEquals(rightIds, ids);
                    assertArrayEquals(right, values);
                }
            }
        }
    }

    @Test
    void theSameRowsAllocateNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        float[] values = new float[40];
        int[] ids = new int[40];
        try (Storage storage = new Storage("test");
                TopLogitsKernel top = new TopLogitsKernel(KernelTable.load(), VOCABULARY, ROWS)) {
            MemorySegment rows = rows(storage);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 10 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 300; i++) {
                    top.select(rows, 4L * VOCABULARY * (i % ROWS), VOCABULARY, 40, values, ids);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least);
        }
    }
}

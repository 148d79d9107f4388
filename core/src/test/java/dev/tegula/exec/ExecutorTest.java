package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExecutorTest {
    private static final int STAGES = 7;

    private final Storage storage = new Storage("test");
    /** Portions that were run of each stage. */
    private final AtomicIntegerArray ran = new AtomicIntegerArray(STAGES);

    @AfterEach
    void free() {
        storage.close();
    }

    /** Counts its portions, and sees that all of the stage before are done. */
    private final class Counting implements Kernel {
        private final int stage;
        private final IntConsumer action;

        Counting(int stage, IntConsumer action) {
            this.stage = stage;
            this.action = action;
        }

        @Override
        public int portions(Batch batch, int workers) {
            return expected(stage);
        }

        @Override
        public void run(Batch batch, int portion, int portions, Scratch scratch) {
            for (int i = 0; i < stage; i++) {
                assertEquals(expected(i), ran.get(i), "stage " + i + " when stage " + stage + " runs");
            }
            ran.incrementAndGet(stage);
            action.accept(stage);
        }
    }

    private static int expected(int stage) {
        return stage * 3 % STAGES;
    }

    private Executor executor(Workers workers, IntConsumer action) {
        Kernel[][] stages = new Kernel[STAGES][];
        for (int i = 0; i < STAGES; i++) {
            stages[i] = new Kernel[]{new Counting(i, action)};
        }
        Scratch[] scratch = new Scratch[workers.count()];
        return new Executor(workers, stages, TensorView.allocate(storage, DType.F32, 1, 4), scratch);
    }

    private Batch batch(int outputs) {
        Batch batch = new Batch(storage, 4, 1, 1);
        batch.addSequence(new int[]{0}, 1);
        for (int i = 0; i < 2; i++) {
            batch.addRow(0, i, i < outputs);
        }
        return batch;
    }

    private void clear() {
        for (int i = 0; i < STAGES; i++) {
            ran.set(i, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyPortionRunsOnceAndInTheOrderOfStages(int threads) {
        try (Workers workers = new Workers(threads)) {
            Executor executor = executor(workers, stage -> {});
            Batch batch = batch(1);
            for (int i = 0; i < 500; i++) {
                clear();
                assertTrue(executor.run(batch));
                for (int stage = 0; stage < STAGES; stage++) {
                    assertEquals(expected(stage), ran.get(stage));
                }
            }
        }
    }

    @Test
    void anAbortEndsTheCallBeforeTheNextStage() {
        Executor[] executor = new Executor[1];
        boolean[] abort = {true};
        try (Workers workers = new Workers(3)) {
            executor[0] = executor(workers, stage -> {
                if (stage == 3 && abort[0]) {
                    executor[0].abort();
                }
            });
            assertFalse(executor[0].run(batch(1)));
            for (int stage = 0; stage < STAGES; stage++) {
                assertEquals(stage <= 3 ? expected(stage) : 0, ran.get(stage));
            }
            clear();
            abort[0] = false;
            assertTrue(executor[0].run(batch(1)));
        }
    }

    @Test
    void aKernelThatFailsEndsTheCallAndTheNextOneRuns() {
        RuntimeException fault = new RuntimeException("meant to");
        boolean[] fail = {true};
        try (Workers workers = new Workers(3)) {
            Executor executor = executor(workers, stage -> {
                if (stage == 2 && fail[0]) {
                    throw fault;
                }
            });
            assertSame(fault, assertThrows(IllegalStateException.class, () -> executor.run(batch(1))).getCause());
            assertEquals(0, ran.get(3));
            clear();
            fail[0] = false;
            assertTrue(executor.run(batch(1)));
        }
    }

    @Test
    void moreOutputsThanThePlanHasAreRefused() {
        try (Workers workers = new Workers(1)) {
            Executor executor = executor(workers, stage -> {});
            assertThrows(IllegalArgumentException.class, () -> executor.run(batch(2)));
        }
    }
}

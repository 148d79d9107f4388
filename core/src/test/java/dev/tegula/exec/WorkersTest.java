package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyWorkerDoesEveryJobOnceAndRunReturnsAfterAll(int count) {
        try (Workers workers = new Workers(count)) {
            AtomicIntegerArray done = new AtomicIntegerArray(count);
            for (int i = 1; i <= 2000; i++) {
                workers.run(done::incrementAndGet);
                for (int w = 0; w < count; w++) {
                    assertEquals(i, done.get(w));
                }
            }
        }
    }

    @Test
    void workersThatParkedAreWokenAgain() throws InterruptedException {
        try (Workers workers = new Workers(3)) {
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < 5; i++) {
                TimeUnit.MILLISECONDS.sleep(20);
                workers.run(worker -> done.incrementAndGet());
            }
            assertEquals(15, done.get());
        }
    }

    @Test
    void theLastToArriveActsBeforeAnyoneGoesOn() {
        int count = 4;
        Barrier barrier = new Barrier(count);
        int[] stage = {0};
        AtomicInteger wrong = new AtomicInteger();
        try (Workers workers = new Workers(count)) {
            workers.run(worker -> {
                for (int i = 0; i < 5000; i++) {
                    if (stage[0] != i) {
                        wrong.incrementAndGet();
                    }
                    barrier.await(worker, () -> stage[0]++);
                }
            });
        }
        assertEquals(0, wrong.get());
        assertEquals(5000, stage[0]);
    }

    @Test
    void closeEndsTheThreadsAndLaterRunsAreRefused() throws InterruptedException {
        Workers workers = new Workers(3);
        Thread[] seen = new Thread[3];
        workers.run(worker -> seen[worker] = Thread.currentThread());
        workers.close();
        workers.close();
        assertEquals(Thread.currentThread(), seen[0]);
        for (int i = 1; i < 3; i++) {
            assertTrue(seen[i].isDaemon());
            seen[i].join(10_000);
            assertTrue(!seen[i].isAlive());
        }
        assertThrows(IllegalStateException.class, () -> workers.run(worker -> {}));
    }

    @Test
    void aCountBelowOneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Workers(0));
    }
}

package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void everyPartIsDoneOnceWhenRunReturns(int count) {
        try (Workers workers = new Workers(count)) {
            AtomicIntegerArray done = new AtomicIntegerArray(37);
            AtomicInteger next = new AtomicInteger();
            for (int i = 1; i <= 2000; i++) {
                next.set(0);
                workers.run(worker -> {
                    int part;
                    while ((part = next.getAndIncrement()) < done.length()) {
                        done.incrementAndGet(part);
                    }
                });
                for (int part = 0; part < done.length(); part++) {
                    assertEquals(i, done.get(part));
                }
            }
        }
    }

    @Test
    void workersThatParkedAreWokenAndWaitedFor() throws InterruptedException {
        try (Workers workers = new Workers(3)) {
            for (int i = 0; i < 5; i++) {
                TimeUnit.MILLISECONDS.sleep(20);
                CountDownLatch helpers = new CountDownLatch(2);
                AtomicInteger done = new AtomicInteger();
                workers.run(worker -> {
                    if (worker > 0) {
                        helpers.countDown();
                        pause();
                        done.incrementAndGet();
                    } else {
                        await(helpers);
                    }
                });
                assertEquals(2, done.get());
            }
        }
    }

    @Test
    void aHelperThatFailsDoesNotHoldUpTheOthers() {
        try (Workers workers = new Workers(2)) {
            CountDownLatch joined = new CountDownLatch(1);
            workers.run(worker -> {
                if (worker > 0) {
                    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {});
                    joined.countDown();
                    throw new IllegalStateException("meant to");
                }
                await(joined);
            });
            assertThrows(IllegalStateException.class, () -> workers.run(worker -> {
                throw new IllegalStateException("meant to");
            }));
            AtomicBoolean ran = new AtomicBoolean();
            workers.run(worker -> ran.set(true));
            assertTrue(ran.get());
        }
    }

    @Test
    void closeEndsTheThreadsAndLaterRunsAreRefused() throws InterruptedException {
        Workers workers = new Workers(3);
        Thread[] seen = new Thread[3];
        CountDownLatch all = new CountDownLatch(3);
        workers.run(worker -> {
            seen[worker] = Thread.currentThread();
            all.countDown();
            await(all);
        });
        workers.close();
        workers.close();
        assertEquals(Thread.currentThread(), seen[0]);
        for (int i = 1; i < 3; i++) {
            assertTrue(seen[i].isDaemon());
            seen[i].join(10_000);
            assertFalse(seen[i].isAlive());
        }
        assertThrows(IllegalStateException.class, () -> workers.run(worker -> {}));
    }

    @Test
    void aCountBelowOneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Workers(0));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

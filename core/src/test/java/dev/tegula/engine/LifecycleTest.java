package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LifecycleTest {
    @Test
    void everyCallAfterCloseIsRefused() {
        FakeEngine fake = new FakeEngine(2, 100, 16, 4).counting();
        Session session = fake.session();
        Request request = Request.text("a").maxTokens(2).build();
        TokenStream stream = session.submit(request);
        stream.result();
        session.close();
        session.close();
        for (Executable call : List.<Executable>of(() -> session.submit(request), session::messages, session::reset,
                () -> session.generate("x", piece -> {}))) {
            String message = assertThrows(IllegalStateException.class, call).getMessage();
            assertEquals("the session is closed", message);
        }
        Session second = fake.session();
        fake.close();
        fake.close();
        assertEquals(1, fake.closes);
        for (Executable call : List.<Executable>of(fake.engine::newSession, fake.engine::samplingDefaults,
                fake.engine::context, fake.engine::freeKvBlocks)) {
            assertEquals("the engine is closed", assertThrows(IllegalStateException.class, call).getMessage());
        }
        assertThrows(IllegalStateException.class, () -> second.submit(request));
        // What was generated stays readable.
        assertEquals("bc", stream.result().text());
        stream.cancel();
    }

    @Test
    void sessionsAreCounted() {
        try (FakeEngine fake = new FakeEngine(2, 100, 16, 4)) {
            Session first = fake.session();
            fake.session();
            String message = assertThrows(IllegalStateException.class, fake::session).getMessage();
            assertTrue(message.contains("all 2 sessions"), message);
            first.close();
            assertEquals(3, fake.session().id());
        }
    }

    @Test
    void closeWhileGeneratingCancelsWaitsAndFrees() {
        try (FakeEngine fake = new FakeEngine(2, 100, 16, 4).counting()) {
            fake.runner.gate();
            Session session = fake.session();
            TokenStream stream = session.submit(Request.text("a".repeat(50)).build());
            fake.runner.permit(3);
            for (int i = 0; i < 4; i++) {
                fake.runner.awaitEntered();
            }
            assertThrows(IllegalStateException.class, () -> session.submit(Request.text("a").build()));
            assertThrows(IllegalStateException.class, session::reset);
            assertEquals(fake.pool.capacity() - 2, fake.pool.free());
            session.close();
            assertTrue(stream.isDone());
            assertEquals(FinishReason.CANCELLED, stream.result().reason());
            assertEquals(fake.pool.capacity(), fake.pool.free());
        }
    }

    @Test
    void engineCloseEndsAllThatRunsAndWaits() throws Exception {
        FakeEngine fake = new FakeEngine(4, 100, 16, 4).counting();
        fake.runner.gate();
        List<TokenStream> streams = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            streams.add(fake.session().submit(Request.text("a").build()));
        }
        fake.runner.awaitEntered();
        Thread reader = Thread.ofPlatform().start(() -> streams.get(3).forEach(piece -> {}));
        List<Thread> closers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            closers.add(Thread.ofPlatform().start(fake.engine::close));
        }
        for (Thread closer : closers) {
            closer.join();
        }
        reader.join();
        for (TokenStream stream : streams) {
            assertEquals(FinishReason.CANCELLED, stream.result().reason());
        }
        assertEquals(1, fake.closes);
        assertEquals(fake.pool.capacity(), fake.pool.free());
    }

    @Test
    void closeEndsASubmitThatWaitsForRoom() throws Exception {
        FakeEngine fake = new FakeEngine(3, 100, 16, 1).counting();
        fake.runner.gate();
        fake.session().submit(Request.text("a").build());
        fake.runner.awaitEntered();
        fake.session().submit(Request.text("a").build());
        Session third = fake.session();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiter = Thread.ofPlatform()
                .start(() -> thrown.set(assertThrows(IllegalStateException.class,
                        () -> third.submit(Request.text("a").build(), Duration.ofSeconds(50)))));
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        third.close();
        waiter.join();
        assertEquals("the session is closed", thrown.get().getMessage());
        fake.close();
    }

    @Test
    void aFaultOfTheSchedulerClosesTheEngineWithItsReason() throws Exception {
        try (FakeEngine fake = new FakeEngine(2, 100, 16, 4).counting(); Session session = fake.session()) {
            fake.runner.gate();
            TokenStream first = session.submit(Request.text("a").build());
            TokenStream waiting = fake.session().submit(Request.text("a").build());
            fake.runner.breakLogits();
            fake.runner.open();
            for (TokenStream stream : List.of(first, waiting)) {
                String message = assertThrows(GenerationException.class, stream::result).getMessage();
                assertTrue(message.contains("nobody expected this"), message);
            }
            String message = assertThrows(IllegalStateException.class,
                    () -> session.submit(Request.text("a").build())).getMessage();
            assertTrue(message.contains("engine is closed") && message.contains("nobody expected this"), message);
        }
    }

    @Test
    void threadsThatDoAsTheyLikeLeaveNothingBehind() throws Exception {
        FakeEngine fake = new FakeEngine(5, 120, 16, 3);
        fake.runner.quiet();
        crowd(fake.engine, 8, 150);
        assertEquals(fake.pool.capacity(), fake.pool.free());
        fake.close();
    }

    @Test
    void soDoThreadsOnRealKernels(@TempDir Path folder) throws Exception {
        Path file = new SyntheticModel("llama", 1, 32, 64, 2, 1, 16, 320, 128, DType.F32, DType.F32, 1)
                .write(folder.resolve("crowd.gguf"));
        EngineOptions options = EngineOptions.defaults().withThreads(2).withSessions(5).withQueue(3);
        try (Engine engine = Engine.open(file, options)) {
            int free = engine.freeKvBlocks();
            crowd(engine, 6, 10);
            assertEquals(free, engine.freeKvBlocks());
        }
    }

    private static void crowd(Engine engine, int people, int visits) throws InterruptedException {
        AtomicInteger finished = new AtomicInteger();
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < people; t++) {
            int seed = t;
            threads.add(Thread.ofPlatform().start(() -> {
                Random random = new Random(seed);
                try {
                    for (int i = 0; i < visits; i++) {
                        finished.addAndGet(visit(engine, random));
                    }
                } catch (Throwable e) {
                    wrong.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (wrong.get() != null) {
            throw new AssertionError(wrong.get());
        }
        assertTrue(finished.get() > 0);
    }

    /** Opens a session, generates a few texts and does something rude to some of them. */
    private static int visit(Engine engine, Random random) throws InterruptedException {
        Session session;
        try {
            session = engine.newSession();
        } catch (IllegalStateException e) {
            assertTrue(e.getMessage().startsWith("all 5 sessions"), e.getMessage());
            return 0;
        }
        int finished = 0;
        Thread helper = null;
        for (int i = 0; i < 3; i++) {
            String prompt = "0123456789".repeat(1 + random.nextInt(8)).substring(random.nextInt(5));
            Request request = Request.text(prompt).maxTokens(1 + random.nextInt(30)).build();
            try {
                TokenStream stream = session.submit(request, Duration.ofMillis(random.nextInt(3)));
                switch (random.nextInt(5)) {
                    case 0 -> stream.cancel();
                    case 1 -> (helper = new Thread(stream::cancel)).start();
                    case 2 -> (helper = new Thread(session::close)).start();
                    case 3 -> stream.iterator().hasNext();
                    default -> stream.forEach(piece -> assertFalse(piece.isEmpty()));
                }
                finished += stream.result().reason() == FinishReason.CANCELLED ? 0 : 1;
            } catch (RejectedExecutionException e) {
                // The queue was full, as it may be.
                continue;
            } catch (IllegalStateException e) {
                assertEquals("the session is closed", e.getMessage());
            }
        }
        session.close();
        if (helper != null) {
            helper.join();
        }
        return finished;
    }
}

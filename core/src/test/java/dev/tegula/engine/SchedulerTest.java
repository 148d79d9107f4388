package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.sample.SamplingOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SchedulerTest {
    private static final String LONG = "the quick brown fox jumps over the lazy dog";

    private static Request text(String prompt, int maxTokens) {
        return Request.text(prompt).maxTokens(maxTokens).build();
    }

    @Test
    void aPromptGoesInChunksThatRideAlong() {
        try (FakeEngine fake = new FakeEngine(3, 200, 8, 4).counting();
                Session a = fake.session();
                Session b = fake.session();
                Session c = fake.session()) {
            fake.runner.gate();
            TokenStream first = a.submit(text("abc", 5));
            fake.runner.awaitEntered();
            TokenStream second = b.submit(text("0123456789abcdefghij", 3));
            TokenStream third = c.submit(text("xyz", 2));
            fake.runner.open();
            first.result();
            second.result();
            third.result();
            assertEquals(List.of(
                    "3@0", // a alone
                    "1@3 7@0", // a decodes, b's chunk fills the batch
                    "1@4 7@7", "1@5 6@14", // the last chunk is shorter; c waits its turn all the while
                    "1@6 1@20 3@0", // a's last, b decodes, c in one chunk
                    "1@21 1@3"), fake.runner.log());
        }
    }

    @Test
    void aHookIsToldHowFarThePromptIs() {
        try (FakeEngine fake = new FakeEngine(2, 200, 8, 4).counting(); Session session = fake.session()) {
            List<String> told = new ArrayList<>();
            Request.Builder request = Request.text("0123456789abcdefghij").maxTokens(3);
            request.onPrefill((done, total) -> told.add(done + "/" + total));
            session.submit(request.build()).result();
            assertEquals(List.of("0/20", "8/20", "16/20"), told);
            told.clear();
            session.submit(request.build()).result();
            assertEquals(List.of("19/20"), told, "what the session still has counts as done");
        }
    }

    @Test
    void aPrefillHookThatFailsFailsItsOwnRequest() {
        try (FakeEngine fake = new FakeEngine(2, 200, 8, 4).counting();
                Session a = fake.session();
                Session b = fake.session()) {
            TokenStream failing = a.submit(Request.text("abc").maxTokens(3).onPrefill((done, total) -> {
                throw new IllegalStateException("no");
            }).build());
            TokenStream other = b.submit(text("xyz", 2));
            assertTrue(assertThrows(GenerationException.class, failing::result).getMessage().contains("no"));
            assertEquals(2, other.result().ids().size());
            assertEquals(2, a.submit(text("abc", 2)).result().ids().size());
        }
    }

    @Test
    void aloneAndInCompanyTheTokensAreTheSame() {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            SamplingOptions sampling = SamplingOptions.builder()
                    .temperature(1.5f)
                    .topK(0)
                    .minP(0)
                    .repeatPenalty(1.1f)
                    .seed(i)
                    .build();
            requests.add(Request.text(LONG.repeat(1 + i % 3).substring(i))
                    .sampling(sampling)
                    .maxTokens(20 + 10 * i)
                    .build());
        }
        List<GenerationResult> alone = new ArrayList<>();
        try (FakeEngine fake = new FakeEngine(1, 300, 512, 1)) {
            for (Request request : requests) {
                try (Session session = fake.session()) {
                    alone.add(session.submit(request).result());
                }
            }
        }
        try (FakeEngine fake = new FakeEngine(6, 300, 11, 6)) {
            fake.runner.gate();
            List<TokenStream> streams = new ArrayList<>();
            for (Request request : requests) {
                streams.add(fake.session().submit(request));
            }
            fake.runner.open();
            for (int i = 0; i < 6; i++) {
                GenerationResult result = streams.get(i).result();
                assertEquals(alone.get(i).ids(), result.ids());
                assertEquals(alone.get(i).text(), result.text());
                assertEquals(alone.get(i).reason(), result.reason());
            }
        }
    }

    @Test
    void cancelOfTheOnlyOneAbortsTheCall() {
        try (FakeEngine fake = new FakeEngine(1, 200, 32, 4).counting(); Session session = fake.session()) {
            fake.runner.gate();
            TokenStream stream = session.submit(Request.chat("hi").build());
            fake.runner.permit(2);
            fake.runner.awaitEntered();
            fake.runner.awaitEntered();
            fake.runner.awaitEntered();
            // The third call hangs for want of a permit: only an abort can end it.
            stream.cancel();
            GenerationResult result = stream.result();
            assertEquals(FinishReason.CANCELLED, result.reason());
            assertEquals(";<", result.text());
            assertEquals(1, fake.runner.aborts());
            assertEquals(List.of(Message.user("hi"), Message.assistant(";<")), session.messages());
            fake.runner.open();
            stream.cancel();
            Request next = text("user:hi|assistant:;", 1);
            GenerationResult reused = session.submit(next).result();
            assertEquals("<", reused.text());
            assertEquals(reused.promptTokens() - 1, reused.reusedTokens());
        }
    }

    @Test
    void cancelInTheMiddleOfAPromptKeepsItsFinishedChunks() {
        try (FakeEngine fake = new FakeEngine(1, 200, 8, 4).counting(); Session session = fake.session()) {
            fake.runner.gate();
            TokenStream stream = session.submit(Request.text(LONG).build());
            fake.runner.permit(2);
            for (int i = 0; i < 3; i++) {
                fake.runner.awaitEntered();
            }
            stream.cancel();
            assertEquals("", stream.result().text());
            assertEquals(16, stream.result().timings().prefillTokens());
            fake.runner.open();
            assertEquals(16, session.submit(text(LONG, 1)).result().reusedTokens());
        }
    }

    @Test
    void cancelInCompanyLeavesTheOthersAlone() {
        try (FakeEngine fake = new FakeEngine(2, 200, 16, 4).counting();
                Session a = fake.session();
                Session b = fake.session()) {
            fake.runner.gate();
            TokenStream first = a.submit(text("0", 30));
            fake.runner.permit(1);
            fake.runner.awaitEntered();
            TokenStream second = b.submit(text("A", 30));
            fake.runner.awaitEntered();
            fake.runner.permit(1);
            fake.runner.awaitEntered();
            // Both are in the call that hangs now.
            first.cancel();
            fake.runner.open();
            assertEquals(FinishReason.CANCELLED, first.result().reason());
            assertEquals(30, second.result().ids().size());
            assertEquals(0, fake.runner.aborts());
        }
    }

    @Test
    void cancelOfOneThatWaitsTakesItOffTheQueue() {
        try (FakeEngine fake = new FakeEngine(3, 200, 16, 1).counting();
                Session a = fake.session();
                Session b = fake.session();
                Session c = fake.session()) {
            fake.runner.gate();
            TokenStream first = a.submit(text("0", 2));
            fake.runner.awaitEntered();
            TokenStream second = b.submit(Request.chat("A").build());
            assertThrows(RejectedExecutionException.class, () -> c.submit(text("a", 2)));
            second.cancel();
            // No step has ended, yet this one has.
            assertEquals(FinishReason.CANCELLED, second.result().reason());
            assertEquals(0, second.result().timings().prefillTokens());
            assertEquals(List.of(), b.messages());
            TokenStream third = c.submit(text("a", 2));
            fake.runner.open();
            assertEquals("12", first.result().text());
            assertEquals("bc", third.result().text());
        }
    }

    @Test
    void theQueueIsBoundedAndSubmitMayWaitForRoom() throws Exception {
        try (FakeEngine fake = new FakeEngine(4, 200, 16, 2).counting();
                Session a = fake.session();
                Session b = fake.session();
                Session c = fake.session();
                Session d = fake.session()) {
            fake.runner.gate();
            List<TokenStream> streams = new ArrayList<>();
            streams.add(a.submit(text("0", 2)));
            fake.runner.awaitEntered();
            streams.add(b.submit(text("0", 2)));
            streams.add(c.submit(text("0", 2)));
            String message = assertThrows(RejectedExecutionException.class, () -> d.submit(text("0", 2))).getMessage();
            assertTrue(message.contains("2 requests wait"), message);
            assertThrows(RejectedExecutionException.class, () -> d.submit(text("0", 2), Duration.ofMillis(20)));
            Thread opener = Thread.ofPlatform().start(() -> fake.runner.open());
            streams.add(d.submit(text("0", 2), Duration.ofSeconds(50)));
            opener.join();
            for (TokenStream stream : streams) {
                assertEquals("12", stream.result().text());
            }
        }
    }

    @Test
    void aFaultOfTheExecutorFailsThoseInTheCallAndNoOthers() {
        try (FakeEngine fake = new FakeEngine(3, 200, 16, 4).counting();
                Session a = fake.session();
                Session b = fake.session();
                Session c = fake.session()) {
            fake.runner.gate();
            TokenStream first = a.submit(text("0", 30));
            fake.runner.awaitEntered();
            TokenStream second = b.submit(text("A", 30));
            fake.runner.permit(1);
            fake.runner.awaitEntered();
            TokenStream third = c.submit(text("a", 3));
            fake.runner.failNext(new IllegalStateException("a kernel broke"));
            fake.runner.open();
            for (TokenStream stream : List.of(first, second)) {
                GenerationException e = assertThrows(GenerationException.class, stream::result);
                assertTrue(e.getMessage().contains("a kernel broke"), e.getMessage());
            }
            assertEquals("bcd", third.result().text());
            assertEquals("12", a.submit(text("0", 2)).result().text());
            assertEquals("BC", b.submit(text("A", 2)).result().text());
        }
    }

    @Test
    void aReaderThatStaysAwayHoldsUpNobody() {
        try (FakeEngine fake = new FakeEngine(2, 100, 16, 4).counting();
                Session a = fake.session();
                Session b = fake.session()) {
            TokenStream unread = a.submit(text("0", 50));
            assertEquals(50, b.submit(text("0", 50)).result().ids().size());
            assertEquals(unread.result().text(), String.join("", unread));
        }
    }

    @Test
    void anInterruptEndsTheWaitAndGenerateCancels() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            fake.runner.gate();
            TokenStream stream = session.submit(text("0", 2));
            Thread.currentThread().interrupt();
            assertThrows(GenerationException.class, stream::result);
            assertTrue(Thread.interrupted());
            fake.runner.permit(2);
            assertEquals("12", stream.result().text());
            Thread.currentThread().interrupt();
            assertThrows(GenerationException.class, () -> session.generate("x", piece -> {}));
            assertTrue(Thread.interrupted());
            // No call has a permit: this returns only because the generation was cancelled.
            session.close();
        }
    }

    @Test
    void aReaderThatThrowsCancels() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            fake.runner.gate();
            fake.runner.permit(1);
            assertThrows(ArithmeticException.class, () -> session.generate(Request.text("x").build(), piece -> {
                throw new ArithmeticException();
            }));
            session.close();
        }
    }
}

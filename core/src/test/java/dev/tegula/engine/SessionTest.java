package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.sample.SamplingOptions;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SessionTest {
    private static GenerationResult run(Session session, Request.Builder request) {
        return session.generate(request.build(), piece -> {});
    }

    @Test
    void streamsWhatTheResultHas() {
        try (FakeEngine fake = new FakeEngine(1, 100, 16, 4).counting(); Session session = fake.session()) {
            List<String> pieces = new ArrayList<>();
            GenerationResult result = session.generate(Request.text("abc").maxTokens(4).build(), pieces::add);
            assertEquals(List.of("d", "e", "f", "g"), pieces);
            assertEquals("defg", result.text());
            assertEquals(List.of(100, 101, 102, 103), result.ids());
            assertEquals(FinishReason.MAX_TOKENS, result.reason());
            assertEquals(3, result.promptTokens());
            assertEquals(0, result.reusedTokens());
            assertEquals(3, result.timings().prefillTokens());
            assertEquals(3, result.timings().decodeTokens());
            assertEquals(5, result.timings().load().toMillis());
            assertTrue(result.timings().decodeTokensPerSecond() > 0);
            assertTrue(result.timings().prefillTokensPerSecond() > 0);
        }
    }

    @Test
    void theTextEndsAtTheEndToken() {
        try (FakeEngine fake = new FakeEngine(1, 100, 16, 4); Session session = fake.session()) {
            fake.runner.rule((hash, last, candidate) -> candidate == (last == 'c' ? 0 : last + 1) ? 1 : 0);
            GenerationResult result = run(session, Request.text("a"));
            assertEquals("bc", result.text());
            assertEquals(List.of(98, 99), result.ids());
            assertEquals(FinishReason.END_OF_TEXT, result.reason());
        }
    }

    @Test
    void stopStringsNeverLeak() {
        try (FakeEngine fake = new FakeEngine(1, 100, 16, 4).counting(); Session session = fake.session()) {
            List<String> pieces = new ArrayList<>();
            GenerationResult result = session.generate(Request.text("a").stop("efg", "fgh").build(), pieces::add);
            assertEquals("bcd", String.join("", pieces));
            assertEquals("bcd", result.text());
            assertEquals(FinishReason.STOP_STRING, result.reason());
            assertEquals(Optional.of("efg"), result.stopString());
        }
    }

    @Test
    void whatAStopStringHeldBackComesAtTheEnd() {
        try (FakeEngine fake = new FakeEngine(1, 100, 16, 4).counting(); Session session = fake.session()) {
            GenerationResult result = run(session, Request.text("a").stop("defgh").maxTokens(5));
            assertEquals("bcdef", result.text());
            assertEquals(FinishReason.MAX_TOKENS, result.reason());
        }
    }

    @Test
    void theContextIsUsedToItsLastPosition() {
        try (FakeEngine fake = new FakeEngine(1, 8, 16, 4).counting(); Session session = fake.session()) {
            GenerationResult result = run(session, Request.text("abcde"));
            // Positions 5, 6 and 7 take three tokens, and the last one chosen needs none.
            assertEquals("fghi", result.text());
            assertEquals(FinishReason.CONTEXT_FULL, result.reason());
            assertEquals("b", run(session, Request.text("zzzzzzza")).text());
            assertEquals(FinishReason.MAX_TOKENS, run(session, Request.text("zzzzzzza").maxTokens(1)).reason());
            String message = assertThrows(IllegalArgumentException.class,
                    () -> session.submit(Request.text("123456789").build())).getMessage();
            assertTrue(message.contains("9 tokens") && message.contains("8"), message);
        }
    }

    @Test
    void refusesPromptsThatCannotBe() {
        try (FakeEngine fake = new FakeEngine(1, 100, 16, 4); Session session = fake.session()) {
            assertThrows(IllegalArgumentException.class, () -> session.submit(Request.text("").build()));
            String message = assertThrows(IllegalArgumentException.class,
                    () -> session.submit(Request.tokens(3, 128).build())).getMessage();
            assertTrue(message.contains("token 128 at index 1"), message);
            assertThrows(IllegalArgumentException.class, () -> session.submit(Request.tokens(-1).build()));
            assertThrows(IllegalArgumentException.class, () -> session.submit(Request.chat("refuse me").build()));
            assertEquals(List.of(), session.messages());
            assertEquals(1, run(session, Request.text("x").maxTokens(1)).promptTokens());
        }
    }

    @Test
    void aTurnReusesWhatTheCacheHolds() {
        try (FakeEngine fake = new FakeEngine(2, 400, 16, 4);
                Session session = fake.session();
                Session fresh = fake.session()) {
            GenerationResult first = run(session, Request.chat("hello").system("be brief").maxTokens(40));
            assertEquals(List.of(Message.system("be brief"), Message.user("hello"), Message.assistant(first.text())),
                    session.messages());
            Request.Builder second = Request.chat("go on").maxTokens(30);
            List<Message> all = new ArrayList<>(session.messages());
            all.add(Message.user("go on"));
            GenerationResult next = run(session, second);
            int generated = first.ids().size() - (first.reason() == FinishReason.END_OF_TEXT ? 0 : 1);
            assertEquals(first.promptTokens() + generated, next.reusedTokens());
            assertEquals(next.promptTokens() - next.reusedTokens(), next.timings().prefillTokens());
            GenerationResult again = run(fresh, Request.conversation(all).maxTokens(30));
            assertEquals(0, again.reusedTokens());
            assertEquals(again.ids(), next.ids());
            assertEquals(fresh.messages(), session.messages());
        }
    }

    @Test
    void anEditedConversationIsRolledBackToTheEdit() {
        try (FakeEngine fake = new FakeEngine(2, 400, 16, 4);
                Session session = fake.session();
                Session fresh = fake.session()) {
            run(session, Request.text("the quick brown fox jumps over the lazy dog").maxTokens(50));
            Request.Builder edited = Request.text("the quick brown cat").maxTokens(50);
            GenerationResult result = run(session, edited);
            assertEquals("the quick brown ".length(), result.reusedTokens());
            assertEquals(run(fresh, edited).ids(), result.ids());
            // The same prompt once more: all but its last token, whose logits are wanted.
            assertEquals("the quick brown cat".length() - 1, run(session, edited).reusedTokens());
        }
    }

    @Test
    void aNewSystemMessageReplacesTheOld() {
        try (FakeEngine fake = new FakeEngine(1, 400, 16, 4).counting(); Session session = fake.session()) {
            run(session, Request.chat("a").system("one").maxTokens(1));
            run(session, Request.chat("b").system("two").maxTokens(1));
            assertEquals(List.of("two", "a", ";", "b", ";"),
                    session.messages().stream().map(Message::content).toList());
            session.reset();
            assertEquals(List.of(), session.messages());
            assertEquals(fake.pool.capacity(), fake.engine.freeKvBlocks());
            assertEquals(0, run(session, Request.chat("b").maxTokens(1)).reusedTokens());
        }
    }

    @Test
    void theSeedReportedGivesTheSameTextAgain() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4); Session session = fake.session()) {
            fake.runner.rule(
                    (hash, last, candidate) -> candidate == 0 ? -100 : FakeRunner.RANDOM.logit(hash, last, candidate));
            SamplingOptions free = SamplingOptions.builder().temperature(2).topK(0).topP(1).minP(0).build();
            GenerationResult first = run(session, Request.text("x").sampling(free).maxTokens(60));
            GenerationResult same = run(session,
                    Request.text("x").sampling(free.toBuilder().seed(first.seed()).build()).maxTokens(60));
            assertEquals(first.ids(), same.ids());
            assertEquals(first.seed(), same.seed());
            assertNotEquals(first.ids(), run(session,
                    Request.text("x").sampling(free.toBuilder().seed(first.seed() + 1).build()).maxTokens(60)).ids());
        }
    }

    @Test
    void theHookSeesTheLogitsOfEveryStep() {
        try (FakeEngine fake = new FakeEngine(2, 200, 16, 4).counting();
                Session session = fake.session();
                Session other = fake.session()) {
            TokenStream company = other.submit(Request.text("0").maxTokens(50).build());
            List<String> seen = new ArrayList<>();
            run(session, Request.text("abc").maxTokens(3).onLogits((index, row) -> {
                assertEquals(FakeCodec.VOCABULARY, row.cols());
                assertEquals(1, row.rows());
                int best = 0;
                for (int i = 0; i < row.cols(); i++) {
                    if (row.segment().get(ValueLayout.JAVA_FLOAT, row.offset() + 4L * i) == 1) {
                        best = i;
                    }
                }
                seen.add(index + ":" + (char) best);
                assertThrows(IllegalArgumentException.class,
                        () -> row.segment().set(ValueLayout.JAVA_FLOAT, row.offset(), 0));
            }));
            assertEquals(List.of("0:d", "1:e", "2:f"), seen);
            company.result();
        }
    }

    @Test
    void aHookThatFailsFailsItsRequestOnly() {
        try (FakeEngine fake = new FakeEngine(2, 200, 16, 4).counting();
                Session session = fake.session();
                Session other = fake.session()) {
            TokenStream company = other.submit(Request.text("0").maxTokens(30).build());
            TokenStream stream = session.submit(Request.chat("a").onLogits((index, row) -> {
                if (index == 2) {
                    throw new IllegalStateException("hook");
                }
            }).build());
            List<String> pieces = new ArrayList<>();
            GenerationException e = assertThrows(GenerationException.class, () -> stream.forEach(pieces::add));
            assertEquals("hook", e.getCause().getMessage());
            assertEquals(List.of(";", "<"), pieces);
            assertThrows(GenerationException.class, stream::result);
            assertEquals(30, company.result().ids().size());
            assertEquals(List.of(), session.messages());
            assertEquals("b", run(session, Request.text("a").maxTokens(1)).text());
        }
    }

    @Test
    void aHookMayNotWaitOrClose() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            List<Class<?>> thrown = new ArrayList<>();
            TokenStream[] stream = new TokenStream[1];
            fake.runner.gate();
            stream[0] = session.submit(Request.text("a").maxTokens(1).onLogits((index, row) -> {
                thrown.add(assertThrows(RuntimeException.class, stream[0]::result).getClass());
                thrown.add(assertThrows(RuntimeException.class, session::close).getClass());
                thrown.add(assertThrows(RuntimeException.class, fake.engine::close).getClass());
            }).build());
            fake.runner.permit(1);
            stream[0].result();
            assertEquals(List.of(IllegalStateException.class, IllegalStateException.class,
                    IllegalStateException.class), thrown);
        }
    }

    @Test
    void aHookThatInterruptsItsThreadHurtsNobody() throws Exception {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            Request request = Request.text("abc")
                    .maxTokens(3)
                    .onLogits((index, row) -> {
                        Thread.currentThread().interrupt();
                    })
                    .build();
            assertEquals(3, session.submit(request).result().text().length());
            assertEquals(2, session.submit(Request.text("abc").maxTokens(2).build()).result().text().length());
        }
    }

    @Test
    void aHookMayNotWaitForTheQueue() {
        try (FakeEngine fake = new FakeEngine(2, 200, 16, 4).counting();
                Session session = fake.session();
                Session other = fake.session()) {
            Request request = Request.text("abc")
                    .maxTokens(1)
                    .onLogits((index, row) -> other.submit(Request.text("x").build(), Duration.ofSeconds(9)))
                    .build();
            Throwable thrown = assertThrows(GenerationException.class, () -> session.submit(request).result());
            assertTrue(thrown.getCause().getMessage().contains("a logits hook must not wait"), thrown.toString());
        }
    }

    @Test
    void nullsAreRefusedByNameAndLeaveTheSessionAsItWas() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            Request request = Request.text("abc").maxTokens(1).build();
            List<Executable> calls = List.of(() -> session.submit(null), () -> session.submit(request, null),
                    () -> session.generate((Request) null, text -> {}), () -> session.generate(request, null),
                    () -> session.generate((String) null, text -> {}));
            for (Executable call : calls) {
                assertTrue(assertThrows(NullPointerException.class, call).getMessage().matches("[a-zA-Z]+"));
            }
            assertEquals(1, session.submit(request, Duration.ofSeconds(Long.MAX_VALUE)).result().text().length());
            assertEquals(1, session.submit(request, Duration.ofSeconds(Long.MIN_VALUE)).result().text().length());
        }
    }

    @Test
    void logitsNobodyCanChooseFromFailTheRequest() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            fake.runner.rule((hash, last, candidate) -> Float.NaN);
            GenerationException e = assertThrows(GenerationException.class, () -> run(session, Request.text("a")));
            assertTrue(e.getMessage().contains("NaN"), e.getMessage());
            fake.counting();
            assertEquals("b", run(session, Request.text("a").maxTokens(1)).text());
        }
    }

    @Test
    void iteratorsBeginAtTheFirstPieceHoweverLate() {
        try (FakeEngine fake = new FakeEngine(1, 200, 16, 4).counting(); Session session = fake.session()) {
            TokenStream stream = session.submit(Request.text("a").maxTokens(3).build());
            stream.result();
            assertTrue(stream.isDone());
            for (int i = 0; i < 2; i++) {
                StringBuilder text = new StringBuilder();
                for (String piece : stream) {
                    text.append(piece);
                }
                assertEquals("bcd", text.toString());
            }
        }
    }

    @Test
    void requestsAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> Request.text("a").maxTokens(0));
        assertThrows(IllegalArgumentException.class, () -> Request.text("a").stop(""));
        assertThrows(IllegalArgumentException.class, () -> Request.text("a").system("s").build());
        assertThrows(IllegalArgumentException.class, () -> Request.tokens(1).variable("a", 1).build());
        assertThrows(IllegalArgumentException.class, () -> Request.tokens());
        assertThrows(IllegalArgumentException.class, () -> Request.conversation(List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Message("", "a", Map.of()));
        assertThrows(IllegalArgumentException.class, () -> new Message("tool", "a", Map.of("role", "x")));
        assertEquals(List.of("role", "content", "name"),
                List.copyOf(new Message("tool", "a", Map.of("name", "x")).fields().keySet()));
        assertFalse(Request.chat("a").build().sampling().isPresent());
    }
}

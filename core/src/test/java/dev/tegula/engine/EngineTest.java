package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.model.Model;
import dev.tegula.model.SyntheticModel;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine on real kernels, with a model of random weights. */
@Timeout(120)
class EngineTest {
    static final SyntheticModel TINY = new SyntheticModel("llama", 2, 64, 128, 4, 2, 16, 320, 256, DType.F32,
            DType.F32, 42);
    private static final String LONG = "It was the best of times, it was the worst of times, it was the age of wisdom. ";

    @TempDir
    private static Path folder;
    private static Path file;

    @BeforeAll
    static void write() throws IOException {
        file = TINY.write(folder.resolve("tiny.gguf"));
    }

    static EngineOptions options() {
        return EngineOptions.defaults().withThreads(1).withKvType(DType.F32);
    }

    /** Tokens and the bits of all logits of a request. */
    private record Trace(List<Integer> ids, List<int[]> logits) {
        void assertSame(Trace other) {
            assertEquals(ids, other.ids);
            assertArrayEquals(logits.toArray(int[][]::new), other.logits.toArray(int[][]::new));
        }
    }

    private static Request request(int seed, List<int[]> logits) {
        SamplingOptions sampling = SamplingOptions.builder().temperature(1.2f).seed(seed).logitBias(256, -100).build();
        return Request.text(LONG.repeat(1 + seed % 2).substring(seed))
                .maxTokens(12 + seed)
                .sampling(sampling)
                .onLogits((index, row) -> {
                    int[] bits = new int[row.cols()];
                    for (int i = 0; i < bits.length; i++) {
                        bits[i] = row.segment().get(ValueLayout.JAVA_INT, row.offset() + 4L * i);
                    }
                    logits.add(bits);
                })
                .build();
    }

    private static Trace alone(Engine engine, int seed) {
        try (Session session = engine.newSession()) {
            List<int[]> logits = new ArrayList<>();
            return new Trace(session.submit(request(seed, logits)).result().ids(), logits);
        }
    }

    @Test
    void aSessionsBitsAreTheSameAloneAndInCompany() throws Exception {
        List<Trace> alone = new ArrayList<>();
        try (Engine engine = Engine.open(file, options())) {
            for (int i = 0; i < 4; i++) {
                alone.add(alone(engine, i));
            }
        }
        // Other chunks, other threads, other neighbours.
        EngineOptions company = options().withSessions(4).withThreads(3);
        company = company.withModel(company.model().withRows(23, 0));
        try (Engine engine = Engine.open(file, company)) {
            List<List<int[]>> logits = new ArrayList<>();
            List<TokenStream> streams = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                logits.add(new ArrayList<>());
                streams.add(engine.newSession().submit(request(i, logits.get(i))));
            }
            for (int i = 0; i < 4; i++) {
                new Trace(streams.get(i).result().ids(), logits.get(i)).assertSame(alone.get(i));
            }
        }
    }

    @Test
    void reusedTokensChangeNothing() throws Exception {
        // Random weights spell no characters; only the tokens of single ones come back as the same tokens.
        SamplingOptions.Builder ascii = SamplingOptions.greedy().toBuilder();
        for (int token = 128; token < 320; token++) {
            ascii.logitBias(token, Float.NEGATIVE_INFINITY);
        }
        SamplingOptions sampling = ascii.build();
        try (Engine engine = Engine.open(file, options().withSessions(2));
                Session session = engine.newSession();
                Session fresh = engine.newSession()) {
            Request.Builder first = Request.chat("Hello there.").sampling(sampling).maxTokens(40);
            session.generate(first.build(), piece -> {});
            List<Message> all = new ArrayList<>(session.messages());
            all.add(Message.user("And then?"));
            Request.Builder second = Request.chat("And then?").sampling(sampling).maxTokens(40);
            GenerationResult result = session.submit(second.build()).result();
            assertTrue(result.reusedTokens() > 50, "reused " + result.reusedTokens());
            GenerationResult whole = fresh.submit(
                    Request.conversation(all).sampling(sampling).maxTokens(40).build()).result();
            assertEquals(0, whole.reusedTokens());
            assertEquals(whole.ids(), result.ids());
            assertEquals(whole.text(), result.text());
        }
    }

    @Test
    void cancelledSessionsGoOnAsIfNothingHadBeen() throws Exception {
        try (Engine engine = Engine.open(file, options()); Session session = engine.newSession()) {
            Trace expected = again(session, 1);
            for (int i = 0; i < 8; i++) {
                session.reset();
                CountDownLatch begun = new CountDownLatch(i % 2);
                TokenStream stream = session.submit(Request.text(LONG.repeat(2))
                        .onLogits((index, row) -> begun.countDown())
                        .build());
                begun.await();
                Thread.sleep(0, 50_000 * i);
                stream.cancel();
                stream.result();
            }
            expected.assertSame(again(session, 1));
        }
    }

    @Test
    void anAbortBetweenTwoCallsEndsTheNextOneOnly() throws Exception {
        try (Model model = Model.load(GgufFile.open(file), options().model())) {
            Batch batch = model.newBatch();
            batch.addSequence(new int[]{0}, 1);
            batch.addRow(5, 0, true);
            model.executor().abort();
            assertFalse(model.executor().run(batch));
            assertTrue(model.executor().run(batch));
        }
    }

    private static Trace again(Session session, int seed) {
        List<int[]> logits = new ArrayList<>();
        return new Trace(session.submit(request(seed, logits)).result().ids(), logits);
    }

    @Test
    void opensAStreamAndReportsLoading() throws Exception {
        List<Long> progress = new ArrayList<>();
        EngineOptions options = options();
        options = options.withModel(options.model().withLoading((done, total) -> progress.add(total - done)));
        try (InputStream in = Files.newInputStream(file);
                Engine engine = Engine.open(in, "embedded", options);
                Engine other = Engine.open(file, options())) {
            assertEquals(alone(other, 2).ids(), alone(engine, 2).ids());
            assertEquals(256, engine.context());
            assertEquals(320, engine.model().spec().vocabulary());
            assertEquals(320, engine.tokenizer().orElseThrow().vocabularySize());
        }
        assertEquals(0, progress.getLast());
    }
}

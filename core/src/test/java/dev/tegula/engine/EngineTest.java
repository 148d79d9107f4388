package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.BlockPool;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufValueType;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.SyntheticModel;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine on real kernels, with a model of random weights. */
@Timeout(120)
class EngineTest {
    private static final SyntheticModel TINY = new SyntheticModel("llama", 2, 64, 128, 4, 2, 16, 320, 256, DType.F32,
            DType.F32, 42);
    private static final String LONG = "It was the best of times, it was the worst of times, it was the age of wisdom. ";

    @TempDir
    private static Path folder;
    private static Path file;

    @BeforeAll
    static void write() throws IOException {
        file = TINY.write(folder.resolve("tiny.gguf"));
    }

    private static EngineOptions options() {
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

    @Test
    void samplingDefaultsComeFromTheFile() throws Exception {
        Path own = folder.resolve("sampling.gguf");
        try (Arena arena = Arena.ofConfined()) {
            TINY.writer(arena)
                    .putFloat("general.sampling.temp", 0.5f)
                    .putUint32("general.sampling.top_k", 7)
                    .write(own);
        }
        try (Engine engine = Engine.open(own, options()); Engine plain = Engine.open(file, options())) {
            assertEquals(SamplingOptions.builder().temperature(0.5f).topK(7).build(), engine.samplingDefaults());
            assertEquals(SamplingOptions.defaults(), plain.samplingDefaults());
        }
        try (Arena arena = Arena.ofConfined()) {
            TINY.writer(arena).putFloat("general.sampling.temp", -1).write(own);
        }
        String message = assertThrows(IllegalArgumentException.class, () -> Engine.open(own, options())).getMessage();
        assertTrue(message.contains("sampling.gguf: general.sampling.temp = -1.0: temperature must be"), message);
        try (Arena arena = Arena.ofConfined()) {
            TINY.writer(arena).putString("general.sampling.temp", "hot").write(own);
        }
        message = assertThrows(IllegalArgumentException.class, () -> Engine.open(own, options())).getMessage();
        assertTrue(message.contains("general.sampling.temp is a STRING"), message);
    }

    @Test
    void inTheFilesSamplingMinusOneMeansAll() throws Exception {
        Path own = folder.resolve("all.gguf");
        try (Arena arena = Arena.ofConfined()) {
            TINY.writer(arena)
                    .putInteger("general.sampling.top_k", GgufValueType.INT32, -1)
                    .putInteger("general.sampling.penalty_last_n", GgufValueType.INT32, -1)
                    .write(own);
        }
        try (Engine engine = Engine.open(own, options().withContext(99))) {
            assertEquals(0, engine.samplingDefaults().topK());
            assertEquals(99, engine.samplingDefaults().repeatWindow());
        }
    }

    @Test
    void aFileWithoutVocabularyTakesTokensAndOneWithoutTemplateTakesText() throws Exception {
        Path bare = folder.resolve("bare.gguf");
        copyWithout(bare, "tokenizer.");
        try (Engine engine = Engine.open(bare, options()); Session session = engine.newSession()) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> session.submit(Request.text("a").build())).getMessage();
            assertTrue(message.contains("no tokenizer"), message);
            GenerationResult result = session.submit(Request.tokens(1, 2, 3).maxTokens(5).build()).result();
            assertEquals(5, result.ids().size());
            assertEquals("", result.text());
            assertTrue(engine.tokenizer().isEmpty());
        }
        Path base = folder.resolve("base.gguf");
        copyWithout(base, "tokenizer.chat_template");
        try (Engine engine = Engine.open(base, options()); Session session = engine.newSession()) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> session.submit(Request.chat("a").build())).getMessage();
            assertTrue(message.contains("no chat template"), message);
            session.submit(Request.text("a").maxTokens(5).build()).result();
        }
    }

    private static void copyWithout(Path target, String prefix) throws IOException {
        try (Arena arena = Arena.ofConfined(); GgufFile from = GgufFile.open(file)) {
            GgufWriter writer = GgufWriter.create();
            from.metadata().entries().stream().filter(entry -> !entry.key().startsWith(prefix)).forEach(writer::put);
            from.tensors()
                    .forEach(
                            tensor -> writer.tensor(tensor.name(), tensor.type(), tensor.dims(),
                                    from.load(tensor, arena)));
            writer.write(target);
        }
    }

    @Test
    void refusesWhatCannotBeOpened() throws Exception {
        assertThrows(NoSuchFileException.class, () -> Engine.open(folder.resolve("none.gguf")));
        assertThrows(IllegalArgumentException.class, () -> options().withQueue(0));
        assertThrows(IllegalArgumentException.class, () -> Engine.open(file, options().withContext(257)));
        Path broken = folder.resolve("broken.gguf");
        Files.write(broken, Arrays.copyOf(Files.readAllBytes(file), 10_000));
        assertThrows(RuntimeException.class, () -> Engine.open(broken, options()));
        // Nothing holds the files any more where that would be an error.
        Files.delete(broken);
    }

    @Test
    void saysWhyItRunsOnScalarKernels() throws Exception {
        String absent = warning(fast(Optional.of(new Refusal("fast", "needs a flag"))));
        assertTrue(
                absent.contains("tiny.gguf runs [") && absent.contains("matmul")
                        && absent.contains("fast: needs a flag"),
                absent);
        String lacking = warning(fast(Optional.empty()));
        assertTrue(lacking.contains("fast: has no kernel for matmul"), lacking);
    }

    /** An engine that comes first and has no kernel. */
    private static KernelProvider fast(Optional<Refusal> unavailable) {
        return new KernelProvider() {
            @Override
            public String engine() {
                return "fast";
            }

            @Override
            public int rank() {
                return 9;
            }

            @Override
            public Optional<Refusal> unavailable() {
                return unavailable;
            }

            @Override
            public List<KernelFactory> kernels() {
                return List.of();
            }
        };
    }

    /** The one line that is logged when a model is opened with an engine before the scalar one. */
    private String warning(KernelProvider fast) throws Exception {
        List<String> lines = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(new SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.tegula.engine");
        logger.addHandler(handler);
        try {
            EngineOptions plain = options();
            ModelOptions scalar = plain.model().withKernels(KernelTable.of(List.of(fast, new RefProvider())));
            Engine.open(file, plain.withModel(scalar)).close();
        } finally {
            logger.removeHandler(handler);
        }
        assertEquals(1, lines.size());
        return lines.getFirst();
    }

    @Test
    void aTokenAllocatesNothingOnAnyOfItsThreads() throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int tokens = 500;
        int window = 100;
        long[] bytes = new long[tokens];
        SyntheticModel small = new SyntheticModel("llama", 1, 32, 64, 2, 1, 16, 320, 512, DType.F32, DType.F32, 1);
        Model model = Model.load(GgufFile.open(small.write(folder.resolve("small.gguf"))),
                ModelOptions.defaults().withThreads(2));
        Batch batch = model.newBatch();
        EngineParts parts = new EngineParts(new ModelRunner(model.executor()), batch,
                new BlockPool(model.kvLayout().blocks()), new SilentCodec(), model.plan().limits().context(), 1, 1, 320,
                SamplingOptions.defaults(), new TopLogitsKernel(KernelTable.load(), 320, 1), Duration.ZERO, model::close);
        try (Engine engine = new Engine(parts, model, Optional.empty());
                Session session = engine.newSession()) {
            long[] ids = Thread.getAllStackTraces()
                    .keySet()
                    .stream()
                    .filter(t -> t.getName().startsWith("tegula"))
                    .mapToLong(Thread::threadId)
                    .toArray();
            assertTrue(ids.length >= 2, "scheduler and worker");
            session.submit(Request.tokens(1).maxTokens(tokens).onLogits((index, row) -> {
                for (long id : ids) {
                    bytes[index] += threads.getThreadAllocatedBytes(id);
                }
            }).build()).result();
        }
        long least = Long.MAX_VALUE;
        for (int end = tokens - 1; end >= window; end -= window) {
            least = Math.min(least, bytes[end] - bytes[end - window]);
        }
        assertEquals(0, least, "bytes per " + window + " tokens");
    }

    /** No text, no end. */
    private static final class SilentCodec implements TextCodec {
        @Override
        public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String render(List<Message> messages, List<Map<String, Object>> tools,
                Map<String, Object> variables) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Decoder decoder() {
            return new Decoder() {
                @Override
                public String accept(int token) {
                    return "";
                }

                @Override
                public String finish() {
                    return "";
                }
            };
        }

        @Override
        public boolean isEnd(int token) {
            return false;
        }
    }
}

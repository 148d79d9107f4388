package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.DeviceException;
import dev.tegula.device.FakeDevice;
import dev.tegula.sample.SamplingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine whose model lies on a device. */
@Timeout(120)
class DeviceEngineTest {
    private static final int TOKENS = 12;
    private static final SamplingOptions GREEDY = SamplingOptions.builder().temperature(0).build();

    @TempDir
    private static Path folder;
    private static Path file;

    @BeforeAll
    static void write() throws IOException {
        file = EngineTest.TINY.write(folder.resolve("tiny.gguf"));
    }

    private static List<Integer> generate(Engine engine, SamplingOptions sampling, boolean hook) {
        try (Session session = engine.newSession()) {
            Request.Builder request = Request.tokens(5, 77, 12).maxTokens(TOKENS).sampling(sampling);
            if (hook) {
                request.onLogits((index, logits) -> {});
            }
            return session.generate(request.build(), piece -> {}).ids();
        }
    }

    @Test
    void everyWayToChooseTokensGivesTheSameAsOnTheHost() throws IOException {
        List<SamplingOptions> ways = List.of(GREEDY, SamplingOptions.builder().seed(3).build(),
                SamplingOptions.builder().seed(3).topK(0).build(),
                SamplingOptions.builder().temperature(0).repeatPenalty(1.3f).build());
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30);
                FakeDevice without = new FakeDevice(1L << 30, op -> !op.name().equals("topk"));
                Engine host = Engine.open(file, EngineTest.options());
                Engine there = Engine.open(file, EngineTest.options().withDevice(device));
                Engine lacking = Engine.open(file, EngineTest.options().withDevice(without))) {
            for (SamplingOptions way : ways) {
                for (boolean hook : new boolean[]{false, true}) {
                    List<Integer> right = generate(host, way, hook);
                    assertEquals(right, generate(there, way, hook), way.toString());
                    assertEquals(right, generate(lacking, way, hook), way.toString());
                }
            }
        }
    }

    @Test
    void greedyAndTopKDownloadTheFirstLogitsOnly() throws IOException {
        int[] ks = {1, 40};
        for (int k : ks) {
            SamplingOptions way = k == 1 ? GREEDY : SamplingOptions.builder().seed(3).topK(k).build();
            try (FakeDevice device = FakeDevice.ofBytes(1L << 30);
                    Engine engine = Engine.open(file, EngineTest.options().withDevice(device))) {
                long before = device.read();
                int tokens = generate(engine, way, false).size();
                assertEquals(8L * k * tokens, device.read() - before, "a value and a token for each of " + k);
            }
        }
    }

    @Test
    void sessionsShareTheWeightsAndKeepTheirOwnTokens() throws Exception {
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30);
                Engine engine = Engine.open(file, EngineTest.options().withSessions(3).withDevice(device))) {
            List<Integer> right = generate(engine, GREEDY, false);
            long held = device.allocatedBytes();
            List<List<Integer>> got = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    List<Integer> tokens = generate(engine, GREEDY, false);
                    synchronized (got) {
                        got.add(tokens);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(right, right, right), got);
            assertEquals(held, device.allocatedBytes());
        }
    }

    @Test
    void aFailureOfTheDeviceEndsTheRequestAndTheSessionGoesOn() throws IOException {
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30);
                Engine engine = Engine.open(file, EngineTest.options().withSessions(2).withDevice(device));
                Session session = engine.newSession()) {
            Request request = Request.tokens(5, 77, 12).maxTokens(TOKENS).sampling(GREEDY).build();
            List<Integer> right = generate(engine, GREEDY, false);
            device.failAt("attention");
            GenerationException e = assertThrows(GenerationException.class,
                    () -> session.generate(request, piece -> {}));
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            assertEquals(DeviceException.class, cause.getClass());
            assertTrue(cause.getMessage().startsWith("fake:0: attention."), cause.getMessage());
            device.failAt(null);
            assertEquals(right, session.generate(request, piece -> {}).ids());
        }
    }

    @Test
    void aConversationGoesOnWithoutTheDevice() throws IOException {
        Request.Builder first = Request.chat("a").maxTokens(3).sampling(GREEDY);
        Request.Builder second = Request.chat("b").maxTokens(TOKENS).sampling(GREEDY);
        String right;
        try (Engine host = Engine.open(file, EngineTest.options()); Session session = host.newSession()) {
            session.generate(first.build(), piece -> {});
            right = session.generate(second.build(), piece -> {}).text();
        }
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30);
                Engine there = Engine.open(file, EngineTest.options().withDevice(device));
                Session session = there.newSession();
                Engine host = Engine.open(file, EngineTest.options());
                Session next = host.newSession()) {
            session.generate(first.build(), piece -> {});
            device.failAt("matmul");
            assertThrows(GenerationException.class, () -> session.generate(second.build(), piece -> {}));
            List<Message> said = new ArrayList<>(session.messages());
            said.add(Message.user("b"));
            Request.Builder again = Request.conversation(said).maxTokens(TOKENS).sampling(GREEDY);
            assertEquals(right, next.generate(again.build(), piece -> {}).text());
        }
    }
}

package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kv.BlockPool;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.SyntheticModel;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.tensor.DType;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A token of a session on a real model. */
@Timeout(120)
class EngineAllocationTest {
    @TempDir
    private Path folder;

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
                SamplingOptions.defaults(), new TopLogitsKernel(KernelTable.load(), 320, 1), Duration.ZERO,
                model::close);
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

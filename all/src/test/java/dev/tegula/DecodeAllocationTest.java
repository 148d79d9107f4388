package dev.tegula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.kernel.Batch;
import dev.tegula.kv.KvLayout;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A token of a whole model on the engines of this machine allocates nothing, once the JVM has compiled them. */
class DecodeAllocationTest {
    /** Tokens of a measurement. */
    private static final int TOKENS = 100;
    /** Until the compiler has done its work, vectors are objects; after that none may be left. */
    private static final int ATTEMPTS = 600;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"llama,Q4_0,F32,false,0", "llama,Q8_0,F16,false,0", "qwen3,Q4_K,F16,false,0",
        "bitnet,TQ2_0,F16,false,0", "llama,Q8_0,F16,true,0", "llama,Q8_0,Q8_0,false,600"})
    void aTokenAllocatesNothing(String architecture, DType type, DType kv, boolean noMmap, int first)
            throws IOException {
        SyntheticModel synthetic = new SyntheticModel(architecture, 1, 256, 256, 4, 2, 64, 320, 1024, type, type, 7);
        Path path = synthetic.write(folder.resolve("model.gguf"));
        GgufOptions reading = GgufOptions.defaults().withNoMmap(noMmap);
        ModelOptions options = ModelOptions.defaults().withThreads(first > 0 ? 3 : 2).withContext(1024).withKvType(kv);
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        try (Model model = Model.load(GgufFile.open(path, reading), options)) {
            long[] ids = ids(others);
            Batch batch = model.newBatch();
            int[] blocks = IntStream.range(0, 1024 / KvLayout.BLOCK).toArray();
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
                long before = allocated(ids);
                for (int token = 0; token < TOKENS; token++) {
                    batch.clear();
                    batch.addSequence(blocks, blocks.length);
                    batch.addRow(token, first + token, true);
                    assertTrue(model.executor().run(batch));
                }
                least = Math.min(least, allocated(ids) - before);
            }
            assertEquals(0, least, "bytes per " + TOKENS + " tokens");
        }
    }

    /** This thread and the model's workers; not the one that warms the kernels, nor those of the model before, which may be ending. */
    private static long[] ids(Set<Thread> others) {
        return Thread.getAllStackTraces()
                .keySet()
                .stream()
                .filter(thread -> thread == Thread.currentThread()
                        || thread.getName().startsWith("tegula-worker") && !others.contains(thread))
                .mapToLong(Thread::threadId)
                .toArray();
    }

    private long allocated(long[] ids) {
        long bytes = 0;
        for (long id : ids) {
            bytes += threads.getThreadAllocatedBytes(id);
        }
        return bytes;
    }
}

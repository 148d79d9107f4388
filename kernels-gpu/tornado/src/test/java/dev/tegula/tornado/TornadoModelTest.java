package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tegula.device.Device;
import dev.tegula.engine.Engine;
import dev.tegula.engine.EngineOptions;
import dev.tegula.engine.GenerationResult;
import dev.tegula.engine.Request;
import dev.tegula.engine.Session;
import dev.tegula.exec.Plan;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.RawModel;
import dev.tegula.model.SyntheticModel;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models on the first device beside the scalar engine of the host: nearly the same logits, and the same text. */
@Timeout(300)
class TornadoModelTest {
    private static final int[] TOKENS = {5, 77, 12, 300, 5, 9, 9, 250, 1, 0, 44, 31};

    private static Device device;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    private static ModelOptions host() {
        return ModelOptions.defaults().withThreads(2).withKernels(KernelTable.of(List.of(new RefProvider())));
    }

    /** Logits of a prompt in two pieces, the second of one row. */
    private static List<float[]> logits(Path path, ModelOptions options) throws IOException {
        List<float[]> rows = new ArrayList<>();
        try (RawModel model = new RawModel(Model.load(GgufFile.open(path), options.withRows(64, 64)))) {
            int[][] pieces = {{0, TOKENS.length - 1}, {TOKENS.length - 1, 1}};
            for (int[] piece : pieces) {
                TensorView logits = model.feed(TOKENS, piece[0], piece[1], piece[1]);
                for (int i = 0; i < piece[1]; i++) {
                    rows.add(logits.segment()
                            .asSlice(logits.rowOffset(i), 4L * logits.cols())
                            .toArray(ValueLayout.JAVA_FLOAT));
                }
            }
            for (Plan.Step step : model.model().plan().stages().stream().flatMap(List::stream).toList()) {
                boolean there = options.device().isPresent() && !step.request().op().name().equals("embed");
                assertEquals(there, step.onDevice(), step.choice().factory().id() + " " + step.choice().refusals());
            }
        }
        return rows;
    }

    /** A code of Q8 activations that rounds the other way is worth a step of 1/127: logits are off by 1 % of their norm at most. */
    @ParameterizedTest
    @CsvSource({"llama, Q4_0, F16", "qwen2, Q8_0, F32", "llama, F16, F16", "bitnet, TQ2_0, F16"})
    void logitsAreNearTheHosts(String architecture, DType type, DType kv) throws IOException {
        Path path = SyntheticModel.tiny(architecture, type).write(folder.resolve("m.gguf"));
        List<float[]> right = logits(path, host().withKvType(kv));
        List<float[]> got = logits(path, host().withKvType(kv).withDevice(device));
        assertEquals(right.size(), got.size());
        for (int i = 0; i < right.size(); i++) {
            double norm = 0;
            double off = 0;
            for (int j = 0; j < right.get(i).length; j++) {
                norm += (double) right.get(i)[j] * right.get(i)[j];
                off += Math.pow((double) right.get(i)[j] - got.get(i)[j], 2);
            }
            assertTrue(off <= norm * 1e-4, "row " + i + ": off by " + Math.sqrt(off) + " of " + Math.sqrt(norm));
        }
    }

    @Test
    void nothingIsLeftOnTheDevice() throws IOException {
        long before = device.allocatedBytes();
        Path path = SyntheticModel.tiny("llama", DType.Q4_0).write(folder.resolve("m.gguf"));
        for (int i = 0; i < 2; i++) {
            try (Model model = Model.load(GgufFile.open(path), host().withDevice(device))) {
                assertTrue(device.allocatedBytes() > before + model.plan().device().orElseThrow().weightBytes());
            }
            assertEquals(before, device.allocatedBytes());
        }
    }

    /** The really trained model, whose text makes sense, in greedy choice. */
    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16", "q8_0"})
    void theTrainedModelWritesTheHostsText(String format) throws IOException {
        String data = System.getProperty("tegula.data", "");
        assumeFalse(data.isEmpty(), "the property tegula.data names no folder with trained models");
        Path path = Path.of(data, "models", "stories260K", "stories260K." + format + ".gguf");
        SamplingOptions greedy = SamplingOptions.builder().temperature(0).build();
        assertEquals(text(path, host(), greedy), text(path, host().withDevice(device), greedy));
    }

    /** The model that the command line embeds. */
    @Test
    void theEmbeddedModelWritesTheHostsText() throws IOException {
        Path path = Path.of("../../cli/src/main/resources/dev/tegula/cli/fable-ternary.gguf");
        SamplingOptions greedy = SamplingOptions.builder().temperature(0).build();
        assertEquals(text(path, host(), greedy), text(path, host().withDevice(device), greedy));
    }

    private static String text(Path path, ModelOptions options, SamplingOptions how) throws IOException {
        try (Engine engine = Engine.open(path, EngineOptions.defaults().withModel(options));
                Session session = engine.newSession()) {
            GenerationResult result = session.generate(
                    Request.text("Once upon a time").maxTokens(40).sampling(how).build(), piece -> {});
            assertTrue(result.text().length() > 40, result.text());
            return result.text();
        }
    }
}

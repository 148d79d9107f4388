package dev.tegula.device.suite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import dev.tegula.kernel.KernelFactory;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole models on a backend's first device beside the scalar engine of the host: the same bits, or, where kernels are not
 * exact, nearly the same logits; and the same text.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DeviceModelSuite {
    private static final int FEW_TOKENS = 12;

    private Device device;
    private boolean exact;

    @TempDir
    private Path folder;

    /** The device; skips the test where there is none. */
    protected abstract Device open();

    /** Models that the device runs all of: architecture, format of the weights, format of the KV cache. */
    protected abstract Stream<Arguments> models();

    @BeforeAll
    final void openDevice() {
        device = open();
        exact = device.kernels().kernels().stream().allMatch(KernelFactory::isExact);
    }

    @AfterAll
    final void closeDevice() {
        if (device != null) {
            device.close();
        }
    }

    private static ModelOptions host() {
        return ModelOptions.defaults().withThreads(2).withKernels(KernelTable.of(List.of(new RefProvider())));
    }

    /** Logits of a prompt in two pieces, the second of one row. */
    private static List<float[]> logits(Path path, ModelOptions options, int[] tokens) throws IOException {
        List<float[]> rows = new ArrayList<>();
        try (RawModel model = new RawModel(Model.load(GgufFile.open(path), options.withRows(96, 96)))) {
            int[][] pieces = {{0, tokens.length - 1}, {tokens.length - 1, 1}};
            for (int[] piece : pieces) {
                TensorView logits = model.feed(tokens, piece[0], piece[1], piece[1]);
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

    @ParameterizedTest
    @MethodSource("models")
    final void logitsAreTheHosts(String architecture, DType type, DType kv) throws IOException {
        checkLogits(architecture, type, kv, device, FEW_TOKENS);
    }

    /** Compares the logits of a prompt of so many tokens, 95 at most. */
    protected final void checkLogits(String architecture, DType type, DType kv, Device where, int tokens)
            throws IOException {
        int[] ids = IntStream.range(0, tokens).map(i -> i * 37 % 320).toArray();
        Path path = SyntheticModel.tiny(architecture, type).write(folder.resolve("m.gguf"));
        List<float[]> right = logits(path, host().withKvType(kv), ids);
        List<float[]> got = logits(path, host().withKvType(kv).withDevice(where), ids);
        assertEquals(right.size(), got.size());
        for (int i = 0; i < right.size(); i++) {
            if (exact) {
                assertArrayEquals(right.get(i), got.get(i), "row " + i);
            } else {
                checkNear(right.get(i), got.get(i), "row " + i);
            }
        }
    }

    /** A code of Q8 activations that rounds the other way is worth a step of 1/127: logits are off by 1 % of their norm at most. */
    private static void checkNear(float[] right, float[] got, String row) {
        double norm = 0;
        double off = 0;
        for (int j = 0; j < right.length; j++) {
            norm += (double) right[j] * right[j];
            off += Math.pow((double) right[j] - got[j], 2);
        }
        assertTrue(off <= norm * 1e-4, row + ": off by " + Math.sqrt(off) + " of " + Math.sqrt(norm));
    }

    @Test
    final void nothingIsLeftOnTheDevice() throws IOException {
        long before = device.allocatedBytes();
        Path path = SyntheticModel.tiny("llama", DType.Q4_0).write(folder.resolve("m.gguf"));
        for (int i = 0; i < 2; i++) {
            try (Model model = Model.load(GgufFile.open(path), host().withDevice(device))) {
                assertTrue(device.allocatedBytes() > before + model.plan().device().orElseThrow().weightBytes());
            }
            assertEquals(before, device.allocatedBytes());
        }
    }

    /** The really trained model, whose text makes sense, in greedy choice, and in sampling where kernels are exact. */
    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16", "q8_0"})
    final void theTrainedModelWritesTheHostsText(String format) throws IOException {
        String data = System.getProperty("tegula.data", "");
        assumeFalse(data.isEmpty(), "the property tegula.data names no folder with trained models");
        sameText(Path.of(data, "models", "stories260K", "stories260K." + format + ".gguf"));
    }

    /** The model that the command line embeds. */
    @Test
    final void theEmbeddedModelWritesTheHostsText() throws IOException {
        sameText(Path.of("../../cli/src/main/resources/dev/tegula/cli/fable-ternary.gguf"));
    }

    private void sameText(Path path) throws IOException {
        List<SamplingOptions> ways = new ArrayList<>(List.of(SamplingOptions.builder().temperature(0).build()));
        if (exact) {
            ways.add(SamplingOptions.builder().seed(7).build());
        }
        for (SamplingOptions how : ways) {
            assertEquals(text(path, host(), how), text(path, host().withDevice(device), how));
        }
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

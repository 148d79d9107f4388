package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.DeviceException;
import dev.tegula.device.FakeDevice;
import dev.tegula.exec.DevicePlan;
import dev.tegula.exec.Plan;
import dev.tegula.exec.WeightCache;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DeviceModelTest {
    private static final int[] TOKENS = {5, 77, 12, 300, 5, 9, 9, 250, 1, 0, 44, 31};

    @TempDir
    Path folder;

    private static ModelOptions on(FakeDevice device) {
        return ModelTest.options().withDevice(device);
    }

    private Model load(ModelOptions options) throws IOException {
        Path path = SyntheticModel.tiny("llama", DType.Q4_0).write(folder.resolve("m.gguf"));
        return Model.load(GgufFile.open(path, GgufOptions.defaults()), options);
    }

    private List<float[]> logits(ModelOptions options) throws IOException {
        try (Model model = load(options)) {
            return new Evaluation(model).feed(TOKENS);
        }
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "row " + i);
        }
    }

    private static long stepsOnDevice(Plan plan) {
        return plan.stages().stream().flatMap(List::stream).filter(Plan.Step::onDevice).count();
    }

    @Test
    void aWholeModelOnADeviceGivesTheSameLogitsAndStaysThere() throws IOException {
        List<float[]> host = logits(ModelTest.options());
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30)) {
            try (Model model = load(on(device))) {
                Plan plan = model.plan();
                DevicePlan part = plan.device().orElseThrow();
                assertEquals(0, plan.weightBytes(), "no weights on the host");
                assertEquals(0, plan.kvBytes());
                assertEquals(plan.kv().bytes(), part.kvBytes());
                assertEquals(part.totalBytes(), device.allocatedBytes());
                assertEquals(plan.stages().stream().mapToLong(List::size).sum() - 1, stepsOnDevice(plan),
                        "all but embed");
                assertSame(host, new Evaluation(model).feed(TOKENS));

                Batch batch = model.newBatch();
                Evaluation one = new Evaluation(model);
                one.add(batch, 7);
                long written = device.written();
                long read = device.read();
                model.executor().run(batch);
                assertEquals(4L * model.spec().width(), device.written() - written, "one row of the embedding");
                assertEquals(0, device.read() - read, "nothing is downloaded that nobody asked for");
                model.executor().logits();
                model.executor().logits();
                assertEquals(4L * model.spec().vocabulary(), device.read() - read, "one row of logits");
            }
            assertEquals(0, device.allocatedBytes(), "everything is freed with the model");
            assertEquals(0, device.programs());
        }
    }

    @Test
    void opsThatADeviceLacksRunOnTheHost() throws IOException {
        List<float[]> host = logits(ModelTest.options());
        for (String op : List.of("normquantize", "ropekvwrite", "attention", "gateup", "selectrows")) {
            try (FakeDevice device = new FakeDevice(1L << 30, o -> !o.name().equals(op));
                    Model model = load(on(device))) {
                assertTrue(stepsOnDevice(model.plan()) > 0);
                for (Plan.Step step : model.plan().stages().stream().flatMap(List::stream).toList()) {
                    if (step.request().op().name().equals(op)) {
                        assertFalse(step.onDevice(), op);
                        assertFalse(step.choice().refusals().isEmpty(), "says why");
                    }
                }
                boolean cacheHere = op.equals("attention") || op.equals("ropekvwrite");
                assertEquals(cacheHere ? model.kvLayout().bytes() : 0, model.plan().kvBytes(),
                        "a layer's keys and values are in one place");
                assertSame(host, new Evaluation(model).feed(TOKENS));
            }
        }
    }

    @Test
    void whatHasNoRoomOnTheDeviceStaysOnTheHost() throws IOException {
        List<float[]> host = logits(ModelTest.options());
        long whole;
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30); Model model = load(on(device))) {
            whole = model.plan().device().orElseThrow().totalBytes();
        }
        long before = Long.MAX_VALUE;
        for (long percent : List.of(120, 80, 50)) {
            try (FakeDevice device = FakeDevice.ofBytes(whole * percent / 100); Model model = load(on(device))) {
                long there = model.plan().device().orElseThrow().totalBytes();
                assertTrue(there <= device.info().memoryBytes() && there < before, percent + " %");
                assertTrue(model.plan().describe().contains("on fake:0: weights"));
                assertEquals(percent < 100, model.plan().weightBytes() > 0);
                assertSame(host, new Evaluation(model).feed(TOKENS));
                before = there;
            }
        }
    }

    @Test
    void aDeviceWithoutRoomForAnythingIsRefusedWithTheBytes() {
        try (FakeDevice device = new FakeDevice(1000, 1 << 20, op -> true)) {
            String message = assertThrows(ModelException.class, () -> load(on(device))).getMessage();
            assertTrue(message.contains("device fake:0 (Fake): the whole model takes "), message);
            assertTrue(message.contains("it has room for 938"), message);
        }
    }

    @Test
    void aDeviceWithoutKernelsIsRefused() {
        try (FakeDevice device = new FakeDevice(1L << 30, op -> false)) {
            String message = assertThrows(ModelException.class, () -> load(on(device))).getMessage();
            assertTrue(message.contains("fake:0 (Fake) has no kernel for any op"), message);
        }
    }

    @Test
    void aWeightThatIsNoBufferOfTheDeviceStaysOnTheHost() throws IOException {
        List<float[]> host = logits(ModelTest.options());
        long largest;
        try (Model model = load(ModelTest.options())) {
            largest = model.plan().weights().stream().mapToLong(Plan.Weight::bytes).max().orElseThrow();
        }
        try (FakeDevice device = new FakeDevice(1L << 30, Math.max(largest - 1, 1 << 16), op -> true);
                Model model = load(on(device))) {
            assertTrue(model.plan().weightBytes() >= largest);
            assertSame(host, new Evaluation(model).feed(TOKENS));
        }
    }

    @Test
    void aFailureOfTheDeviceNamesTheKernelAndTheNextCallWorks() throws IOException {
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30); Model model = load(on(device))) {
            List<float[]> right = new Evaluation(model).feed(TOKENS);
            device.failAt("attention");
            Exception e = assertThrows(IllegalStateException.class, () -> new Evaluation(model).feed(TOKENS));
            assertEquals(DeviceException.class, e.getCause().getClass());
            assertTrue(e.getMessage().contains("fake:0: attention."), e.getMessage());
            device.failAt(null);
            assertSame(right, new Evaluation(model).feed(TOKENS));
        }
    }

    @Test
    void weightsForTheDeviceComeFromTheCacheToo() throws IOException {
        List<float[]> host = logits(ModelTest.options());
        WeightCache cache = new WeightCache(folder.resolve("m.packed"), false);
        for (int i = 0; i < 2; i++) {
            try (FakeDevice device = FakeDevice.ofBytes(1L << 30);
                    Model model = load(on(device).withWeightCache(cache))) {
                assertSame(host, new Evaluation(model).feed(TOKENS));
            }
        }
    }
}

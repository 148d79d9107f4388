package dev.tegula.opencl;

import dev.tegula.device.Device;
import dev.tegula.device.suite.DeviceModelSuite;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;

/** On OpenCL, also in the shape of GPUs. */
class OpenClModelTest extends DeviceModelSuite {
    @Override
    protected Device open() {
        return TestDevice.open();
    }

    @Override
    protected Stream<Arguments> models() {
        return Stream.of(Arguments.of("llama", DType.Q4_0, DType.F16), Arguments.of("qwen2", DType.Q4_K, DType.F32),
                Arguments.of("qwen3", DType.F16, DType.BF16), Arguments.of("bitnet", DType.TQ2_0, DType.Q8_0));
    }

    /** With rows and rows of weights for more than one tile of many, and weights enough for whole groups. */
    @ParameterizedTest
    @CsvSource({"llama, Q4_0, F16", "qwen3, Q6_K, Q8_0", "llama, F16, F32"})
    void logitsInTheShapeOfGpus(String architecture, DType type, DType kv) throws IOException {
        try (OpenedDevice gpu = TestDevice.open(Shape.GPU)) {
            checkLogits(architecture, type, kv, gpu, 83);
        }
    }

    /** The same with the tiles of matrix instructions, which floats have none of. */
    @ParameterizedTest
    @CsvSource({"llama, Q4_0, F16", "qwen3, Q6_K, Q8_0"})
    void logitsWithMatrices(String architecture, DType type, DType kv) throws IOException {
        try (OpenedDevice gpu = TestDevice.open(Shape.GPU.with(Shape.Feature.MMA))) {
            checkLogits(architecture, type, kv, gpu, 83);
        }
    }
}

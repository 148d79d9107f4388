package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.suite.DeviceModelSuite;
import dev.tegula.tensor.DType;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** On TornadoVM. */
class TornadoModelTest extends DeviceModelSuite {
    @Override
    protected Device open() {
        return TestDevice.open();
    }

    @Override
    protected Stream<Arguments> models() {
        return Stream.of(Arguments.of("llama", DType.Q4_0, DType.F16), Arguments.of("qwen2", DType.Q8_0, DType.F32),
                Arguments.of("llama", DType.F16, DType.BF16), Arguments.of("bitnet", DType.TQ2_0, DType.F16));
    }
}

package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.StandardRequests;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels as they are cut on GPUs, on whatever device is there: one element to a work-item, groups that share a row and meet.
 * Those that differ in it, and a format of each kind.
 */
class GpuShapeTest {
    private static OpenedDevice device;

    @BeforeAll
    static void open() {
        device = TestDevice.open(Shape.GPU);
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rmsnorm.f32.f32.f32", "layernorm.f32.f32.f32", "softmax.f32.f32.f32", "topk.f32.f32.f32",
        "normquantize.q8_a256.f32.f32", "attention.f32.f32.f16", "attention.f32.f32.q8_0", "matmul.f32.f32.f32",
        "matmul.f32.f32.f16", "matmul.f32.q8_a32.q4_0", "matmul.f32.q8_a256.q6_k", "gateup.f32.q8_a256.q4_k",
        "matmul.f32.q8_a32.uint3_g32"})
    void sameBits(String name) {
        KernelFactory kernel = device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().toString().startsWith(name + "."))
                .findFirst()
                .orElseThrow();
        List<KernelRequest> requests = StandardRequests.of(kernel);
        assertFalse(requests.isEmpty());
        // The last ones have every attribute of an op, and the widest rows.
        List<KernelRequest> last = requests.subList(Math.max(0, requests.size() - 2), requests.size());
        assertEquals(List.of(), Conformance.check(kernel, last, 0).differences());
    }
}

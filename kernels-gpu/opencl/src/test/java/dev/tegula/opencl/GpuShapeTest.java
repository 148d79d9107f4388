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
 * Kernels as they are cut on GPUs, on whatever device is there: one element to a work-item, groups that share a row and meet;
 * and with tiles for matrix instructions, which are emulated. Those that differ in it, and a format of each kind.
 */
class GpuShapeTest {
    private static OpenedDevice device;
    private static OpenedDevice withMatrices;

    @BeforeAll
    static void open() {
        device = TestDevice.open(Shape.GPU);
        withMatrices = TestDevice.open(Shape.GPU.with(Shape.Feature.MMA));
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
            withMatrices.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rmsnorm.f32.f32.f32", "layernorm.f32.f32.f32", "softmax.f32.f32.f32", "topk.f32.f32.f32",
        "normquantize.q8_a256.f32.f32", "attention.f32.f32.f16", "attention.f32.f32.q8_0", "matmul.f32.f32.f32",
        "matmul.f32.f32.f16", "matmul.f32.f32.bf16", "matmul.f32.q8_a32.q8_0", "matmul.f32.q8_a32.q4_0",
        "matmul.f32.q8_a32.q4_1", "gateup.f32.q8_a256.q4_k"})
    void sameBits(String name) {
        check(device, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"matmul.f32.q8_a32.q5_0", "matmul.f32.q8_a256.q4_k", "matmul.f32.q8_a256.q6_k",
        "matmul.f32.q8_a256.q5_k", "matmul.f32.q8_a256.tq2_0", "matmul.f32.q8_a32.uint3_g32",
        "matmul.f32.q8_a128.int8_g128"})
    void sameBitsWithMatrices(String name) {
        check(withMatrices, name);
    }

    private static void check(OpenedDevice device, String name) {
        KernelFactory kernel = device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().toString().startsWith(name + "."))
                .findFirst()
                .orElseThrow();
        List<KernelRequest> requests = StandardRequests.of(kernel);
        assertFalse(requests.isEmpty());
        // The last ones have every attribute of an op, and the widest rows.
        List<KernelRequest> last = requests.subList(Math.max(0, requests.size() - 3), requests.size());
        assertEquals(List.of(), Conformance.check(kernel, last, 0).differences());
    }
}

package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.StandardRequests;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels as they are cut on GPUs, on whatever device is there: one element to a work-item, groups that share a row and meet;
 * and with dot products of bytes and tiles for matrix instructions, which are emulated. Those that differ in it, and a format of each kind.
 */
class GpuShapeTest {
    private static OpenedDevice device;
    private static OpenedDevice withDots;
    private static OpenedDevice withMatrices;

    @BeforeAll
    static void open() {
        device = TestDevice.open(Shape.GPU);
        withDots = TestDevice.open(Shape.GPU.with(Shape.Feature.DOT_KHR, Shape.Feature.DOT_EMULATED));
        withMatrices = TestDevice.open(Shape.GPU.with(Shape.Feature.MMA));
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
            withDots.close();
            withMatrices.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rmsnorm.f32.f32.f32", "layernorm.f32.f32.f32", "softmax.f32.f32.f32", "topk.f32.f32.f32",
        "quantize.q8_a32.f32.f32", "normquantize.q8_a256.f32.f32", "attention.f32.f32.f16", "attention.f32.f32.q8_0",
        "matmul.f32.f32.f32",
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

    @ParameterizedTest
    @ValueSource(strings = {"matmul.f32.q8_a32.q8_0", "matmul.f32.q8_a32.q5_1", "matmul.f32.q8_a256.q6_k",
        "matmul.f32.q8_a256.tq1_0", "gateup.f32.q8_a32.q4_0"})
    void sameBitsWithDots(String name) {
        check(withDots, name);
    }

    /** More than a tile of 64 rows of x by 128 of W: the second ones, which are not full, with all of each kind. */
    @ParameterizedTest
    @ValueSource(strings = {"f32.f32", "f32.bf16", "q8_a32.q4_0", "q8_a32.q5_1", "q8_a256.q6_k", "q8_a32.uint3_g32"})
    void secondTiles(String formats) {
        for (OpenedDevice shape : List.of(device, withDots, withMatrices)) {
            if (shape == device || !formats.startsWith("f32")) {
                KernelFactory kernel = kernel(shape, "matmul.f32." + formats);
                List<KernelRequest> wide = StandardRequests.of(kernel)
                        .stream()
                        .filter(request -> request.op().equals(new Op.MatMul(true, true)))
                        .map(GpuShapeTest::withMoreWeights)
                        .toList();
                assertEquals(1, wide.size());
                assertEquals(List.of(), Conformance.check(kernel, wide, 0, 83).differences());
            }
        }
    }

    /** The same with 200 rows of W. */
    private static KernelRequest withMoreWeights(KernelRequest r) {
        KernelRequest.Spec w = r.input(1);
        KernelRequest.Spec y = new KernelRequest.Spec(DType.F32, Dim.TOKENS, 200);
        return new KernelRequest(r.op(), List.of(r.input(0), new KernelRequest.Spec(w.type(), Dim.of(200), w.cols()),
                new KernelRequest.Spec(DType.F32, Dim.of(1), 200), y), List.of(y));
    }

    /** Rows wider than what a group has in local memory at a time. */
    @Test
    void wideRows() {
        for (int cols : new int[]{2049, 8448}) {
            KernelRequest.Spec x = new KernelRequest.Spec(DType.F32, Dim.TOKENS, cols);
            KernelRequest.Spec w = new KernelRequest.Spec(DType.F32, Dim.of(1), cols);
            check("rmsnorm.f32", new KernelRequest(new Op.RmsNorm(1e-5f, 1), List.of(x, w), List.of(x)));
            check("layernorm.f32", new KernelRequest(new Op.LayerNorm(1e-5f), List.of(x, w, w), List.of(x)));
            check("softmax.f32", new KernelRequest(new Op.Softmax(), List.of(x), List.of(x)));
        }
        for (DType type : List.of(DType.Q8_A32, DType.Q8_A128, DType.Q8_A256)) {
            String name = type.name().toLowerCase(Locale.ROOT);
            KernelRequest.Spec x = new KernelRequest.Spec(DType.F32, Dim.TOKENS, 8448);
            KernelRequest.Spec w = new KernelRequest.Spec(DType.F32, Dim.of(1), 8448);
            KernelRequest.Spec y = new KernelRequest.Spec(type, Dim.TOKENS, 8448);
            check("normquantize." + name, new KernelRequest(new Op.NormQuantize(1e-5f), List.of(x, w), List.of(y)));
            check("quantize." + name, new KernelRequest(new Op.Quantize(), List.of(x), List.of(y)));
        }
    }

    private static void check(String name, KernelRequest request) {
        assertEquals(List.of(), Conformance.check(kernel(device, name), List.of(request), 0).differences());
    }

    private static void check(OpenedDevice device, String name) {
        KernelFactory kernel = kernel(device, name);
        List<KernelRequest> requests = StandardRequests.of(kernel);
        assertFalse(requests.isEmpty());
        // The last ones have every attribute of an op, and the widest rows.
        List<KernelRequest> last = requests.subList(Math.max(0, requests.size() - 3), requests.size());
        assertEquals(List.of(), Conformance.check(kernel, last, 0).differences());
    }

    private static KernelFactory kernel(OpenedDevice device, String name) {
        return device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().toString().startsWith(name + "."))
                .findFirst()
                .orElseThrow();
    }
}

package dev.tegula.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.attn.AttentionBench;
import dev.tegula.bench.elem.EmbedBench;
import dev.tegula.bench.elem.NormBench;
import dev.tegula.bench.elem.RopeBench;
import dev.tegula.bench.gemm.FormatBench;
import dev.tegula.bench.gemm.MatMulBench;
import dev.tegula.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

/** The operands of every family of ops can be made and the scalar engine agrees with itself on them. */
class KernelCaseTest {
    @ParameterizedTest
    @CsvSource({"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K", "TQ2_0"})
    void linearLayers(DType format) {
        MatMulBench bench = new MatMulBench();
        bench.shape = "3x33x256";
        bench.format = format;
        check(bench);
    }

    @ParameterizedTest
    @CsvSource({"rmsnorm", "layernorm", "normquantize"})
    void norms(String op) {
        NormBench bench = new NormBench();
        bench.op = op;
        bench.cols = 512;
        bench.rows = 2;
        bench.format = DType.Q8_A32;
        check(bench);
    }

    @ParameterizedTest
    @CsvSource({"rope, F32", "kvwrite, F16", "ropekvwrite, F16", "ropekvwrite, F32",
        "ropekvwrite, BF16", "kvwrite, Q8_0"})
    void rotations(String op, DType format) {
        RopeBench bench = new RopeBench();
        bench.op = op;
        bench.format = format;
        bench.heads = 4;
        bench.kvHeads = 2;
        bench.headSize = 32;
        bench.rows = 3;
        check(bench);
    }

    @ParameterizedTest
    @CsvSource({"1@70, F32, 0, 0, false", "5@0, F16, 0, 0, false", "3@40, BF16, 30, 0, false", "2@9, Q8_0, 0, 8, true"})
    void attention(String at, DType format, float softCap, float maxBias, boolean sinks) {
        AttentionBench bench = new AttentionBench();
        bench.at = at;
        bench.format = format;
        bench.softCap = softCap;
        bench.maxBias = maxBias;
        bench.sinks = sinks;
        bench.heads = 4;
        bench.kvHeads = 2;
        bench.headSize = 32;
        check(bench);
    }

    @ParameterizedTest
    @CsvSource({"embed", "selectrows"})
    void rowsOfATable(String op) {
        EmbedBench bench = new EmbedBench();
        bench.op = op;
        bench.format = DType.Q8_0;
        bench.cols = 64;
        bench.rows = 3;
        check(bench);
    }

    static Stream<DType> formatsOfTheirOwnSuite() throws NoSuchFieldException {
        return Stream.of(FormatBench.class.getField("format").getAnnotation(Param.class).value()).map(DType::valueOf);
    }

    @ParameterizedTest
    @MethodSource("formatsOfTheirOwnSuite")
    void formats(DType format) {
        for (String op : List.of("matmul", "gateup", "embed")) {
            FormatBench bench = new FormatBench();
            bench.op = op;
            bench.format = format;
            bench.shape = "16x256";
            check(bench);
        }
    }

    @Test
    void shapes() {
        assertEquals(new LayerShape(7, 2048, 8192), LayerShape.of("llama-3.2-1b/ffn_down", 7));
        assertEquals(new LayerShape(2, 3, 4), LayerShape.of("2x3x4", 7));
        assertEquals(new LayerShape(7, 3, 4), LayerShape.of("3x4", 7));
        for (String wrong : new String[]{"llama/ffn", "3", "2x3x4x5", "0x3x4", "x3x4"}) {
            String message = assertThrows(IllegalArgumentException.class, () -> LayerShape.of(wrong, 1)).getMessage();
            assertTrue(message.startsWith("shape "), message);
        }
    }

    @Test
    void kernelsOfDevicesAreAskedForByTheDevice() {
        MatMulBench bench = new MatMulBench();
        bench.shape = "3x33x256";
        bench.format = DType.F32;
        bench.engine = "cl";
        assertEquals("engine 'cl' works on devices; name one of them, such as opencl:0 ('tegula devices' lists them)",
                assertThrows(IllegalStateException.class, bench::open).getMessage());
    }

    private static void check(KernelBench bench) {
        bench.engine = "ref";
        bench.open();
        bench.run();
        bench.close();
    }
}

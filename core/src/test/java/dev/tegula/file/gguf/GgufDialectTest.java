package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GgufDialectTest {
    /** Enough data for 256 elements of any format. */
    private static byte[] fileWith(int type, int rowLength) {
        return RawGguf.header(1, 0).tensor("t", type, 0, rowLength).align(32).zeros(256 * 4).bytes();
    }

    private static GgufOptions dialect(GgufDialect dialect) {
        return GgufOptions.defaults().withDialect(dialect);
    }

    @ParameterizedTest
    @CsvSource({"4, Q4_2", "5, Q4_3", "9, Q8_1", "15, Q8_K", "16, IQ2_XXS", "17, IQ2_XS", "18, IQ3_XXS", "19, IQ1_S",
        "21, IQ3_S", "22, IQ2_S", "24, I8", "25, I16", "27, I64", "28, F64", "29, IQ1_M", "31, Q4_0_4_4",
        "32, Q4_0_4_8", "33, Q4_0_8_8", "36, I2_S", "36, IQ4_NL_4_4", "37, IQ4_NL_4_8", "38, IQ4_NL_8_8",
        "40, NVFP4", "41, Q1_0", "42, Q2_0", "43, no type known by that number", "1000, no type known"})
    void refusesByNumberAndName(int number, String name) {
        GgufException refusal = assertThrows(GgufException.class,
                () -> GgufFile.read(fileWith(number, 256), "m", GgufOptions.defaults()));
        assertEquals(GgufErrorCode.UNSUPPORTED_TENSOR_TYPE, refusal.code());
        assertTrue(refusal.getMessage().contains(number + " (") && refusal.getMessage().contains(name),
                refusal.getMessage());
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void readsEveryFormatThatHasANumber(DType type) {
        assumeTrue(type.ggufId() >= 0, "has no number of its own in files");
        try (GgufFile file = GgufFile.read(fileWith(type.ggufId(), 256), "m", GgufOptions.defaults())) {
            assertEquals(type, file.tensor("t").type());
            assertEquals(256 / type.blockLength() * type.blockBytes(), file.tensor("t").bytes());
        }
    }

    @Test
    void readsBitNetsTypeOnlyUnderItsDialect() {
        for (GgufDialect dialect : new GgufDialect[]{GgufDialect.BITNET_X86, GgufDialect.BITNET_ARM}) {
            try (GgufFile file = GgufFile.read(fileWith(36, 256), "m", dialect(dialect))) {
                assertEquals(DType.I2_S, file.tensor("t").type());
                assertEquals(256 / 4 + 32, file.tensor("t").bytes());
                assertEquals(dialect, file.options().dialect());
            }
            GgufException refusal = assertThrows(GgufException.class,
                    () -> GgufFile.read(fileWith(39, 256), "m", dialect(dialect)));
            assertTrue(refusal.getMessage().contains("39 (BitNet's TL2)"), refusal.getMessage());
        }
        try (GgufFile file = GgufFile.read(fileWith(39, 256), "m", GgufOptions.defaults())) {
            assertEquals(DType.MXFP4, file.tensor("t").type());
        }
    }

    @Test
    void theScalesTailCountsAgainstTheFile() {
        byte[] bytes = RawGguf.header(1, 0).tensor("t", 36, 0, 128).align(32).zeros(63).bytes();
        GgufException refusal = assertThrows(GgufException.class,
                () -> GgufFile.read(bytes, "m", dialect(GgufDialect.BITNET_X86)));
        assertEquals(GgufErrorCode.OUTSIDE_FILE, refusal.code());
    }

    @Test
    void dialectsHaveNames() {
        for (GgufDialect dialect : GgufDialect.values()) {
            assertEquals(dialect, GgufDialect.of(dialect.id()));
        }
        IllegalArgumentException unknown = assertThrows(IllegalArgumentException.class, () -> GgufDialect.of("ik"));
        assertTrue(unknown.getMessage().contains("none, bitnet-x86, bitnet-arm"), unknown.getMessage());
    }
}

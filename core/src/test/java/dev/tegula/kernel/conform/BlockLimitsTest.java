package dev.tegula.kernel.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.codec.BlockCodes;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockLimitsTest {
    /** The bounds follow from the descriptions of the formats: the ends of a code times those of its integer scale. */
    @ParameterizedTest
    @CsvSource({"Q4_0, 224, -256, 0", "Q8_0, 4064, -4096, 0", "Q5_0, 480, -512, 0", "Q4_1, 480, 0, 1",
        "Q5_1, 992, 0, 1", "IQ4_NL, 3616, -4064, 0", "MXFP4, 384, -384, 0", "Q2_K, 11520, 0, 15", "Q4_K, 241920, 0, 63",
        "Q5_K, 499968, 0, 63", "Q6_K, 1048576, -1040384, 0", "TQ1_0, 256, -256, 0", "TQ2_0, 512, -256, 0",
        "TQ2_F32, 512, -256, 0", "INT1_G32, 0, -32, 0", "INT3_G128, 384, -512, 0", "INT8_G32, 4064, -4096, 0",
        "UINT4_G32, 480, -8160, 0", "UINT8_G128, 32640, -32640, 0", "Q3_K, 32768, -31744, 0",
        "IQ4_XS, 1040384, -1007872, 0"})
    void areTheEndsOfEveryCode(DType type, int greatest, int least, int min) {
        assertEquals(greatest, sum(codes(type, true)));
        assertEquals(least, sum(codes(type, false)));
        Codes codes = codes(type, true);
        assertTrue(Arrays.stream(codes.min, 0, codes.subBlocks()).allMatch(m -> m == min), type.toString());
    }

    @Test
    void scalesAreFoundInEveryFormat() {
        for (DType type : DType.values()) {
            if (Codecs.hasCodes(type)) {
                BlockCodes codec = Codecs.codes(type);
                BlockLimits limits = BlockLimits.of(type);
                try (Storage storage = new Storage("test")) {
                    MemorySegment block = storage.allocate(type.blockBytes());
                    limits.write(true, block, 0);
                    Codes codes = new Codes();
                    limits.setScales(block, 0, 0.25f);
                    codec.unpack(block, 0, codes);
                    // The exponent of MXFP4 counts halves.
                    assertEquals(type == DType.MXFP4 ? 0.125f : 0.25f, codes.d, type.toString());
                    assertEquals(codec.hasMins() ? 0.25f : 0f, Math.abs(codes.dmin), type.toString());
                    limits.setScales(block, 0, Float.NaN);
                    codec.unpack(block, 0, codes);
                    assertTrue(Float.isNaN(codes.d), type.toString());
                }
            }
        }
    }

    private static Codes codes(DType type, boolean most) {
        try (Storage storage = new Storage("test")) {
            MemorySegment block = storage.allocate(type.blockBytes());
            BlockLimits.of(type).write(most, block, 0);
            Codes codes = new Codes();
            Codecs.codes(type).unpack(block, 0, codes);
            return codes;
        }
    }

    private static long sum(Codes codes) {
        long sum = 0;
        for (int i = 0; i < codes.length; i++) {
            sum += codes.scale[i / codes.subBlockLength] * codes.q[i];
        }
        return sum;
    }
}

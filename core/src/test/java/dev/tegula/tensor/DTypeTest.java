package dev.tegula.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DTypeTest {

    @Test
    void everyGgufNumberFindsItsFormatAndNoOther() {
        for (DType type : DType.values()) {
            if (type.ggufId() >= 0) {
                assertTrue(type.ggufId() < 50 || type.fields().isPresent() && type.ggufId() >>> 16 == 0x5447);
                assertEquals(Optional.of(type), DType.ofGgufId(type.ggufId()));
            }
        }
        // 4 and 5 were retired long ago; 36 means different things in different lineages of files.
        for (long id : new long[]{-1, 4, 5, 36, 40, 1000, 0xFFFF_FFFFL, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertEquals(Optional.empty(), DType.ofGgufId(id));
        }
    }

    @Test
    void bytesCountsWholeBlocks() {
        assertEquals(0, DType.Q4_K.bytes(0));
        assertEquals(2 * 144, DType.Q4_K.bytes(512));
        assertEquals(6_000_000_000L, DType.F16.bytes(3_000_000_000L));
        String message = assertThrows(IllegalArgumentException.class, () -> DType.Q4_K.bytes(300)).getMessage();
        assertTrue(message.contains("300") && message.contains("256"), message);
        assertThrows(IllegalArgumentException.class, () -> DType.F32.bytes(-1));
        assertThrows(ArithmeticException.class, () -> DType.F32.bytes(Long.MAX_VALUE));
    }
}

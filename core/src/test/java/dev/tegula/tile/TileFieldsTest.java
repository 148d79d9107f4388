package dev.tegula.tile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.tensor.SmallFloat;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TileFieldsTest {
    @Test
    void integersOfEveryWidthInAnyOrder() {
        Random random = new Random(1);
        for (int bits = 1; bits <= 8; bits++) {
            for (TileLayout order : new TileLayout[]{TileLayout.mode(24, 1), TileLayout.compact(2, 3, 4),
                TileLayout.of(TileLayout.mode(4, 6), TileLayout.mode(6, 1))}) {
                // Fields side by side, whatever their order: element i is field order(i).
                TileLayout places = TileLayout.mode(24, bits).compose(order);
                byte[] bytes = new byte[2 + 3 * bits];
                bytes[0] = 0x5A;
                bytes[bytes.length - 1] = 0x5A;
                int[] values = random.ints(24, 0, 1 << bits).toArray();
                TileFields.pack(values, places, bits, MemorySegment.ofArray(bytes), 1);
                int[] back = new int[24];
                TileFields.unpack(MemorySegment.ofArray(bytes), 1, places, bits, back);
                assertArrayEquals(values, back, bits + " bits at " + places);
                assertEquals(0x5A, bytes[0]);
                assertEquals(0x5A, bytes[bytes.length - 1]);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> TileFields.pack(new int[3], TileLayout.mode(4, 1), 1,
                MemorySegment.ofArray(new byte[1]), 0));
    }

    @ParameterizedTest
    @EnumSource(SmallFloat.class)
    void smallFloatsComeBack(SmallFloat type) {
        int count = 1 << type.bits();
        TileLayout places = TileLayout.of(TileLayout.mode(4, 4L * type.bits()), TileLayout.mode(4, type.bits()),
                TileLayout.mode(count / 16, 16L * type.bits()));
        float[] values = new float[count];
        for (int code = 0; code < count; code++) {
            float value = type.toF32(code);
            values[code] = Float.isInfinite(value) ? type.largest() : value;
        }
        byte[] bytes = new byte[count * type.bits() / 8];
        TileFields.pack(values, places, type, MemorySegment.ofArray(bytes), 0);
        float[] back = new float[count];
        TileFields.unpack(MemorySegment.ofArray(bytes), 0, places, type, back);
        assertArrayEquals(values, back);
    }
}

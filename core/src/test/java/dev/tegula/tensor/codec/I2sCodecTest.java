package dev.tegula.tensor.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class I2sCodecTest {

    @Test
    void decodesATensorWithTheScaleOfItsTail() throws IOException {
        Golden golden = Golden.of(DType.I2_S).getFirst();
        assertEquals(I2sCodec.tensorBytes(golden.values().length), golden.bytes().length);
        I2sCodec codec = I2sCodec.ofTensor(golden.segment(), 0, golden.values().length);
        assertEquals(0.0371f, codec.scale());
        float[] values = new float[golden.values().length];
        codec.decode(golden.segment(), 0, values, 0, values.length / 128);
        assertArrayEquals(Golden.bits(golden.values()), Golden.bits(values));

        Codes block = new Codes();
        codec.unpack(golden.segment(), 32, block);
        for (int i = 0; i < 128; i++) {
            assertEquals(golden.values()[128 + i], block.value(i));
        }
        assertTrue(Arrays.stream(block.q).anyMatch(q -> q == 2), "the vectors hold the invalid code 3, too");
    }

    @Test
    void refusesATensorWithoutItsTail() throws IOException {
        Golden golden = Golden.of(DType.I2_S).getFirst();
        assertThrows(IndexOutOfBoundsException.class,
                () -> I2sCodec.ofTensor(golden.segment(), 32, golden.values().length));
        assertThrows(IllegalArgumentException.class, () -> I2sCodec.ofTensor(golden.segment(), 0, 100));
    }

    @Test
    void theTableSaysWhereToFindIt() {
        String message = assertThrows(IllegalArgumentException.class, () -> Codecs.decoder(DType.I2_S)).getMessage();
        assertTrue(message.contains("I2sCodec"), message);
    }
}

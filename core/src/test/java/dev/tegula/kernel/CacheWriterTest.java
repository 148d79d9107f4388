package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.F16;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Q80;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written to the cache is read as the rounded value, in every format, and nothing else is touched. */
class CacheWriterTest {
    private static final int LAYER = 1;
    private static final int HEADS = 2;
    private static final int SIZE = 64;

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0"})
    void readsWhatWasWritten(DType type) {
        try (Storage storage = new Storage("test")) {
            KvLayout layout = new KvLayout(type, LAYER + 1, HEADS, SIZE, 3);
            Operand.Cache cache = new Operand.Cache(storage.allocate(layout.bytes()), layout);
            cache.segment().fill((byte) 0xFF);
            Batch batch = new Batch(storage, 1, 1, 2);
            batch.addSequence(new int[]{2, 0}, 2);
            batch.addRow(0, 37, false);
            TensorView k = row(storage, 1);
            TensorView v = row(storage, 2);
            new CacheWriter(cache, LAYER).write(batch, 0, k, v);
            MemorySegment read = storage.allocate(8L * KvLayout.BLOCK * SIZE);
            for (int h = 0; h < HEADS; h++) {
                new CacheReader(cache, LAYER).decode(0, h, read, 0);
                for (int d = 0; d < SIZE; d++) {
                    for (int slot = 0; slot < KvLayout.BLOCK; slot++) {
                        float key = read.getAtIndex(ValueLayout.JAVA_FLOAT, d * KvLayout.BLOCK + slot);
                        float value = read.getAtIndex(ValueLayout.JAVA_FLOAT,
                                (KvLayout.BLOCK + slot) * SIZE + d);
                        assertEquals(slot == 5 ? rounded(type, k, h * SIZE + d) : Float.NaN, key);
                        assertEquals(slot == 5 ? rounded(type, v, h * SIZE + d) : Float.NaN, value);
                    }
                }
            }
            new CacheReader(cache, LAYER).decode(2, 0, read, 0);
            assertTrue(Float.isNaN(read.get(ValueLayout.JAVA_FLOAT, 4 * 5)), "another block");
            new CacheReader(cache, 0).decode(0, 0, read, 0);
            assertTrue(Float.isNaN(read.get(ValueLayout.JAVA_FLOAT, 4 * 5)), "another layer");
        }
    }

    /** Usual values, and in one block an infinity. */
    private static TensorView row(Storage storage, int seed) {
        Random random = new Random(seed);
        TensorView view = TensorView.allocate(storage, DType.F32, 1, HEADS * SIZE);
        for (int i = 0; i < HEADS * SIZE; i++) {
            float value = i == 70 ? Float.POSITIVE_INFINITY : (float) random.nextGaussian();
            view.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
        return view;
    }

    private static float rounded(DType type, TensorView x, int i) {
        float value = x.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
        short scale = Q80.scale(x.segment(), i / Q80.LENGTH * Q80.LENGTH * 4L);
        return switch (type) {
            case F16 -> F16.toF32(F16.ofF32(value));
            case BF16 -> Bf16.toF32(Bf16.ofF32(value));
            case Q8_0 -> F16.toF32(scale) * Q80.code(value, Q80.inverse(scale));
            default -> value;
        };
    }

    @Test
    void refusesWhatHasNoLayout() {
        assertThrows(IllegalArgumentException.class, () -> new KvLayout(DType.Q4_0, 1, 1, 64, 1));
        IllegalArgumentException odd = assertThrows(IllegalArgumentException.class,
                () -> new KvLayout(DType.Q8_0, 1, 1, 80, 1));
        assertTrue(odd.getMessage().contains("multiple of 32"), odd.getMessage());
    }
}

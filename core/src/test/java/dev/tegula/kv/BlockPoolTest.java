package dev.tegula.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
    @Test
    void handsOutEveryBlockOnceAndTakesThemBack() {
        BlockPool pool = new BlockPool(5);
        Set<Integer> blocks = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            blocks.add(pool.acquire());
        }
        assertEquals(Set.of(0, 1, 2, 3, 4), blocks);
        assertEquals(0, pool.free());
        String message = assertThrows(KvExhaustedException.class, pool::acquire).getMessage();
        assertTrue(message.contains("all 5 KV blocks"), message);
        blocks.forEach(pool::release);
        assertEquals(5, pool.free());
        assertEquals(5, pool.capacity());
    }

    @Test
    void aBlockIsFreeWhenItsLastReferenceGoes() {
        BlockPool pool = new BlockPool(2);
        int block = pool.acquire();
        pool.retain(block);
        assertEquals(2, pool.references(block));
        pool.release(block);
        assertEquals(1, pool.free());
        pool.release(block);
        assertEquals(2, pool.free());
        assertEquals(0, pool.references(block));
    }

    @Test
    void refusesWhatIsNotInUse() {
        BlockPool pool = new BlockPool(2);
        assertThrows(IllegalStateException.class, () -> pool.release(0));
        assertThrows(IllegalStateException.class, () -> pool.retain(1));
        assertThrows(IndexOutOfBoundsException.class, () -> pool.release(2));
        assertThrows(IndexOutOfBoundsException.class, () -> pool.references(-1));
        assertThrows(IllegalArgumentException.class, () -> new BlockPool(0));
    }
}

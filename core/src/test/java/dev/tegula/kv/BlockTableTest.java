package dev.tegula.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class BlockTableTest {
    @Test
    void hasABlockForEvery32Positions() {
        BlockPool pool = new BlockPool(10);
        BlockTable table = new BlockTable(pool, 100);
        table.grow(1);
        assertEquals(1, table.count());
        table.grow(32);
        assertEquals(1, table.count());
        table.grow(33);
        assertEquals(2, table.count());
        table.grow(100);
        assertEquals(4, table.count());
        assertEquals(6, pool.free());
        table.shrink(33);
        assertEquals(2, table.count());
        table.grow(5);
        assertEquals(2, table.count());
        table.close();
        table.close();
        assertEquals(10, pool.free());
    }

    @Test
    void twoTablesNeverHaveABlockInCommon() {
        BlockPool pool = new BlockPool(4);
        BlockTable a = new BlockTable(pool, 64);
        BlockTable b = new BlockTable(pool, 64);
        a.grow(32);
        b.grow(64);
        a.grow(64);
        assertEquals(4,
                java.util.stream.IntStream.of(a.blocks()[0], a.blocks()[1], b.blocks()[0], b.blocks()[1])
                        .distinct()
                        .count());
    }

    @Test
    void staysAsItWasWhenThePoolRunsDry() {
        BlockPool pool = new BlockPool(3);
        BlockTable table = new BlockTable(pool, 1000);
        table.grow(40);
        assertThrows(KvExhaustedException.class, () -> table.grow(200));
        assertEquals(2, table.count());
        assertEquals(1, pool.free());
    }

    @Test
    void refusesMorePositionsThanItHasRoomFor() {
        BlockTable table = new BlockTable(new BlockPool(9), 64);
        assertThrows(IllegalArgumentException.class, () -> table.grow(65));
        assertThrows(IllegalArgumentException.class, () -> new BlockTable(new BlockPool(1), 0));
    }
}

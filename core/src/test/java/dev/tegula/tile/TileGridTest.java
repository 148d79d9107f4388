package dev.tegula.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TileGridTest {
    @Test
    void portionsAreRunsThatCoverAllTiles() {
        for (int n = 0; n < 70; n++) {
            TileGrid grid = new TileGrid(n, 3);
            assertEquals((n + 2) / 3, grid.tiles());
            for (int wanted = 0; wanted < 30; wanted++) {
                int portions = grid.portions(wanted);
                assertTrue(portions <= grid.tiles() && (portions >= 1 || n == 0));
                int next = 0;
                for (int p = 0; p < portions; p++) {
                    assertEquals(next, grid.first(p, portions));
                    next = grid.first(p + 1, portions);
                    assertTrue(next > grid.first(p, portions), "a portion without a tile");
                }
                assertEquals(n == 0 ? 0 : grid.tiles(), next);
            }
        }
    }

    @Test
    void smallReadsAreNotCut() {
        TileGrid grid = new TileGrid(1 << 20, 32);
        assertEquals(1, grid.portionsToRead(100_000, 8));
        assertEquals(3, grid.portionsToRead(200_000, 8));
        assertEquals(64, grid.portionsToRead(1 << 30, 8));
        assertEquals(8, grid.portionsToRead(1 << 30, 1));
    }

    @Test
    void tilesOfUnequalCostAreSharedUnlessOneWorksAlone() {
        assertEquals(1, TileGrid.portionsOfUnequal(100, 1));
        assertEquals(24, TileGrid.portionsOfUnequal(100, 3));
        assertEquals(5, TileGrid.portionsOfUnequal(5, 3));
        assertEquals(0, TileGrid.portionsOfUnequal(0, 3));
    }

    @Test
    void refusesEmptyTiles() {
        assertThrows(IllegalArgumentException.class, () -> new TileGrid(4, 0));
        assertThrows(IllegalArgumentException.class, () -> new TileGrid(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TileGrid(1L << 40, 1));
    }
}

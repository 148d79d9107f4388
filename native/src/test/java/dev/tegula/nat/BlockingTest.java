package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a blocking may be, and what the table has. */
class BlockingTest {
    private static final Blocking USUAL = new Blocking(252, 512, 128, 12, 704 * 1024);

    @ParameterizedTest
    @CsvSource({
        "0, 512, 128, 12, 720896, mc", "-12, 512, 128, 12, 720896, mc", "250, 512, 128, 12, 720896, mc",
        "1164, 64, 128, 12, 1179648, mc", "252, 0, 128, 12, 720896, nc", "252, 96, 128, 12, 720896, nc",
        "252, 768, 128, 12, 720896, nc", "2, 2147483584, 128, 2, 720896, nc", "252, 512, 0, 12, 720896, kc",
        "252, 512, 100, 12, 720896, kc", "252, 512, 288, 12, 720896, kc", "252, 512, 128, 0, 720896, mr",
        "340, 512, 128, 17, 720896, mr", "252, 512, 128, 12, 258047, records",
        "252, 512, 128, 12, 1179649, records", "252, 512, 128, 12, -1, records"})
    void refusesWhatTheScratchMemoryHasNoRoomFor(int mc, int nc, int kc, int mr, int records, String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> new Blocking(mc, nc, kc, mr, records))
                .getMessage();
        assertTrue(message.startsWith(name + " is "), message);
    }

    @Test
    void takesTheEndsOfTheRanges() {
        new Blocking(1, 64, 32, 1, 1024);
        new Blocking(1152, 128, 256, 16, Blocking.MAX_RECORDS);
        new Blocking(252, 704, 256, 12, 252 * 1024);
        new Blocking(1, Blocking.MAX_SUMS - 64, 256, 1, 1024);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 12, 8, 6, 4, 3, 2, 1})
    void tilesAreThoseThatThereIsCodeFor(int mr) {
        Blocking blocking = USUAL.withStep(256).withTile(mr);
        for (Isa isa : Isa.values()) {
            for (LinearKind kind : LinearKind.values()) {
                int tallest = isa.tileRows(kind);
                if (mr == tallest || mr < tallest && (mr == 8 || mr == 4 || mr == 2 || mr == 1)) {
                    assertEquals(blocking, blocking.checked(isa, kind));
                } else {
                    assertThrows(IllegalArgumentException.class, () -> blocking.checked(isa, kind));
                }
            }
        }
    }

    @Test
    void onlyFloatsAreCutWithinAChunk() {
        Blocking blocking = USUAL.withTile(4);
        assertEquals(128, blocking.checked(Isa.AVX2, LinearKind.FLOATS).kc());
        assertThrows(IllegalArgumentException.class, () -> blocking.checked(Isa.AVX2, LinearKind.BLOCKS32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mc 252", "mc 252, nc 512, kc 128, mr 12, records 720896 ",
        "mc -2, nc 512, kc 128, mr 12, records 720896", "mc 9999999999, nc 512, kc 128, mr 12, records 720896",
        "mc 251, nc 512, kc 128, mr 12, records 720896"})
    void textIsParsedExactly(String wrong) {
        assertEquals(USUAL, Blocking.parse(USUAL.toString()));
        assertThrows(IllegalArgumentException.class, () -> Blocking.parse(wrong));
    }

    @ParameterizedTest
    @CsvSource({"0, tell, 252, 720896", "262144, less than 1 MiB, 120, 360448", "524288, less than 1 MiB, 120, 360448",
        "1048576, 1 MiB, 252, 720896", "1310720, 1 MiB, 252, 720896", "2097152, 2 MiB, 252, 1179648",
        "4194304, 2 MiB, 252, 1179648"})
    void theTablesRowFollowsTheCache(long cacheBytes, String family, int mc, int records) {
        for (Isa isa : Isa.values()) {
            Blockings row = BlockingTable.of(isa, cacheBytes);
            assertTrue(row.source().contains(family), row.source());
            Blocking floats = row.of(LinearKind.FLOATS);
            assertEquals(mc, floats.mc() / 12 * 12);
            assertEquals(records, floats.records());
            for (LinearKind kind : LinearKind.values()) {
                assertEquals(isa.tileRows(kind), row.of(kind).mr());
            }
        }
    }
}

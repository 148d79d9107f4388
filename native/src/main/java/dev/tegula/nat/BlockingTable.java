package dev.tegula.nat;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Blockings by family of CPU. The instruction set gives the tile's rows, which a block has a whole number of; the rest follows
 * from the second-level cache that a core has. Records beside sums beside a panel should leave about a third of it free for the
 * weights that stream through.
 *
 * <p>Small differences only: on a Cascade Lake Xeon half of a value, or half as many records again, costs 0 to 8 %, a lower
 * tile 9 to 15 %. {@link Tuner} measures what a machine likes best.
 */
final class BlockingTable {
    /**
     * A family. Of k, 128 floats of a panel's 32 columns are half of a first-level cache of 32 KiB, and leave room for the
     * records of a tile.
     *
     * @param family whose values they are
     * @param cacheBytes what its second-level cache has at least
     * @param mc rows, before they are rounded down to whole tiles
     */
    private record Row(String family, long cacheBytes, int mc, int nc, int kc, int records) {}

    /** The largest cache first. */
    private static final List<Row> ROWS = List.of(
            // Sapphire Rapids and later Xeons, Neoverse V2. Computed: as much as scratch memory has room for, which is less of
            // this cache than the next row takes of its own, and 200 rows with k = 4096.
            new Row("2 MiB of second-level cache or more", 2 << 20, 252, 512, 128, 1152 << 10),
            // Skylake to Ice Lake Xeons, Zen 4 and 5, Neoverse N1 to V1. Measured on Cascade Lake: more records than the cache
            // holds cost 2 to 6 %; half of the rows 2 to 6 % with floats, half of the columns 0 to 3 %.
            new Row("1 MiB of second-level cache", 1 << 20, 252, 512, 128, 704 << 10),
            // Zen 2 and 3; and those with less, whose third-level cache is near. Computed: half of the row above but for the
            // columns, which go with the rows into the sums.
            new Row("less than 1 MiB of second-level cache", 1, 126, 512, 128, 352 << 10));
    /** Where the system does not say: what was measured. */
    private static final Row UNKNOWN = new Row("a second-level cache that the system does not tell", 0, ROWS.get(1).mc,
            ROWS.get(1).nc, ROWS.get(1).kc, ROWS.get(1).records);

    private BlockingTable() {}

    /** The row of this machine. */
    static Blockings of(Isa isa) {
        return of(isa, Cpu.cacheBytes(Path.of("/")));
    }

    /**
     * The row of a machine.
     *
     * @param cacheBytes of its second-level cache; 0 if not known
     */
    static Blockings of(Isa isa, long cacheBytes) {
        Row row = row(cacheBytes);
        Map<LinearKind, Blocking> blockings = new EnumMap<>(LinearKind.class);
        for (LinearKind kind : LinearKind.values()) {
            int mr = isa.tileRows(kind);
            int kc = kind == LinearKind.FLOATS ? row.kc : Blocking.CHUNK;
            blockings.put(kind, new Blocking(row.mc / mr * mr, row.nc, kc, mr, row.records).checked(isa, kind));
        }
        return new Blockings(blockings, "the table's row for " + row.family);
    }

    private static Row row(long cacheBytes) {
        for (Row row : ROWS) {
            if (cacheBytes >= row.cacheBytes) {
                return row;
            }
        }
        return UNKNOWN;
    }
}

package dev.tegula.kv;

/**
 * The KV blocks of one sequence, in the order of positions: entry {@code i} holds positions {@code 32 i … 32 i + 31}.
 *
 * <p>Not thread-safe. Growing and shrinking allocate nothing.
 */
public final class BlockTable implements AutoCloseable {
    private final BlockPool pool;
    private final int[] blocks;
    private int count;

    /**
     * Creates an empty table.
     *
     * @param pool where the blocks come from
     * @param positions how many positions the sequence can have, at least 1
     */
    public BlockTable(BlockPool pool, int positions) {
        if (positions < 1) {
            throw new IllegalArgumentException("block table of " + positions + " positions: at least 1");
        }
        this.pool = pool;
        this.blocks = new int[blocksFor(positions)];
    }

    /** KV blocks that so many positions take. */
    public static int blocksFor(int positions) {
        return Math.ceilDiv(positions, KvLayout.BLOCK);
    }

    /** The entries; those from {@link #count()} on mean nothing. The table's own array, to be read only. */
    public int[] blocks() {
        return blocks;
    }

    /** Blocks in use. */
    public int count() {
        return count;
    }

    /**
     * Takes the blocks missing for so many positions.
     *
     * @throws IllegalArgumentException if the sequence cannot have so many
     * @throws KvExhaustedException when the pool runs dry; the table stays as it was
     */
    public void grow(int positions) {
        int needed = blocksFor(positions);
        if (needed > blocks.length) {
            throw new IllegalArgumentException(positions + " positions, the table has room for "
                    + blocks.length * KvLayout.BLOCK);
        }
        int before = count;
        try {
            while (count < needed) {
                blocks[count] = pool.acquire();
                count++;
            }
        } catch (KvExhaustedException e) {
            shrink(before * KvLayout.BLOCK);
            throw e;
        }
    }

    /** Gives back the blocks beyond so many positions. */
    public void shrink(int positions) {
        int needed = blocksFor(positions);
        while (count > needed) {
            pool.release(blocks[--count]);
        }
    }

    /** Gives back all blocks. Idempotent. */
    @Override
    public void close() {
        shrink(0);
    }
}

package dev.tegula.kv;

import java.util.Objects;

/**
 * The KV blocks of an engine: which are free, and how many tables refer to each of the others.
 *
 * <p>A block is a number from 0 to {@link #capacity()} - 1; where its bytes lie is {@link KvLayout}'s business. A block
 * that is acquired has one reference, {@link #retain} adds one, and the release of the last one makes it free again.
 * Thread-safe; nothing allocates after construction.
 */
public final class BlockPool {
    private final int[] references;
    private final int[] free;
    private int freeCount;

    /**
     * Creates a pool of free blocks.
     *
     * @param blocks how many, at least 1
     */
    public BlockPool(int blocks) {
        if (blocks < 1) {
            throw new IllegalArgumentException("pool of " + blocks + " KV blocks: at least 1");
        }
        references = new int[blocks];
        free = new int[blocks];
        freeCount = blocks;
        for (int i = 0; i < blocks; i++) {
            // A stack: the lowest block goes out first, and a block just returned, still in the caches, next.
            free[i] = blocks - 1 - i;
        }
    }

    /** Blocks in the pool. */
    public int capacity() {
        return references.length;
    }

    /** Blocks that nobody refers to. */
    public synchronized int free() {
        return freeCount;
    }

    /**
     * Takes a free block.
     *
     * @throws KvExhaustedException when there is none
     */
    public synchronized int acquire() {
        if (freeCount == 0) {
            throw new KvExhaustedException("all " + references.length + " KV blocks of " + KvLayout.BLOCK
                    + " positions are in use");
        }
        int block = free[--freeCount];
        references[block] = 1;
        return block;
    }

    /** Adds a reference to a block in use. */
    public synchronized void retain(int block) {
        checkInUse(block);
        references[block] = Math.incrementExact(references[block]);
    }

    /**
     * Drops a reference; the last one makes the block free.
     *
     * @throws IllegalStateException if the block is free already
     */
    public synchronized void release(int block) {
        checkInUse(block);
        if (--references[block] == 0) {
            free[freeCount++] = block;
        }
    }

    /** References to a block, 0 for a free one. */
    public synchronized int references(int block) {
        return references[Objects.checkIndex(block, references.length)];
    }

    private void checkInUse(int block) {
        if (references[Objects.checkIndex(block, references.length)] == 0) {
            throw new IllegalStateException("KV block " + block + " is not in use");
        }
    }
}

package dev.tegula.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The merges of byte-level BPE as an open-addressing table from two symbols to the merge's rank and the symbol that it
 * makes. Symbols are token ids; spellings that merges name but that are no token get numbers behind the last id, so that
 * a merge can lead through them.
 */
final class MergeTable {

    private static final long NONE = -1;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio

    private final ByteStrings tokens;
    private final ByteStrings others = new ByteStrings(16);
    private final long[] pairs; // left symbol above, right symbol below; NONE is empty
    private final long[] values; // rank above, made symbol below

    /**
     * Builds the table.
     *
     * @param tokens
     *            the vocabulary
     * @param merges
     *            two spellings with a space between, first merge first; of equal merges the first counts
     * @param limit
     *            how many there may be
     */
    MergeTable(ByteStrings tokens, byte[][] merges, long limit) {
        this.tokens = tokens;
        if (merges.length > limit) {
            throw new TokenizerException(
                    "tokenizer.ggml.merges has " + merges.length + " entries, at most " + limit + " allowed");
        }
        int capacity = Integer.highestOneBit(Math.max(8, merges.length)) * 4;
        pairs = new long[capacity];
        values = new long[capacity];
        Arrays.fill(pairs, NONE);
        byte[] joined = new byte[256];
        for (int rank = 0; rank < merges.length; rank++) {
            byte[] merge = merges[rank];
            int space = spaceIn(merge);
            if (space < 0) {
                throw new TokenizerException("tokenizer.ggml.merges[" + rank + "] = '"
                        + new String(merge, StandardCharsets.UTF_8)
                        + "' is not two symbols with one space between");
            }
            int length = merge.length - 1;
            if (joined.length < length) {
                joined = new byte[length * 2];
            }
            System.arraycopy(merge, 0, joined, 0, space);
            System.arraycopy(merge, space + 1, joined, space, length - space);
            put(symbol(joined, 0, space), symbol(joined, space, length), rank, symbol(joined, 0, length));
        }
    }

    /** The position of the only space, with text on both of its sides, or -1. */
    private static int spaceIn(byte[] merge) {
        int found = -1;
        for (int i = 0; i < merge.length; i++) {
            if (merge[i] == ' ') {
                if (found >= 0) {
                    return -1;
                }
                found = i;
            }
        }
        return found == 0 || found == merge.length - 1 ? -1 : found;
    }

    private int symbol(byte[] text, int from, int to) {
        int id = tokens.indexOf(text, from, to);
        if (id >= 0) {
            return id;
        }
        int other = others.indexOf(text, from, to);
        return tokens.count() + (other >= 0 ? other : others.add(text, from, to));
    }

    private void put(int left, int right, int rank, int made) {
        long pair = (long) left << 32 | right;
        int slot = slot(pair);
        if (pairs[slot] == NONE) {
            pairs[slot] = pair;
            values[slot] = (long) rank << 32 | made;
        }
    }

    private int slot(long pair) {
        int mask = pairs.length - 1;
        long h = pair * MULTIPLIER;
        int slot = (int) (h ^ h >>> 32) & mask;
        while (pairs[slot] != pair && pairs[slot] != NONE) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Rank in the upper and made symbol in the lower half, or -1 where the two symbols do not merge. */
    long find(int left, int right) {
        if (left < 0 || right < 0) {
            return NONE;
        }
        int slot = slot((long) left << 32 | right);
        return pairs[slot] == NONE ? NONE : values[slot];
    }

    /** The symbol with a spelling, token or not, or -1. */
    int find(byte[] text, int from, int to) {
        int id = tokens.indexOf(text, from, to);
        if (id >= 0) {
            return id;
        }
        int other = others.indexOf(text, from, to);
        return other < 0 ? -1 : tokens.count() + other;
    }

    /** The spelling of a symbol. */
    byte[] text(int symbol) {
        return symbol < tokens.count() ? tokens.get(symbol) : others.get(symbol - tokens.count());
    }
}

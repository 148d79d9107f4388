package dev.tegula.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Byte strings in one array, numbered 0, 1, 2 …, with an open-addressing index from the bytes back to the number.
 *
 * <p>
 * The hash is seeded anew for each instance, so that a file cannot be made whose strings all collide.
 */
final class ByteStrings {

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L; // 2^64 over the golden ratio: spreads low bits upwards

    private final long seed = ThreadLocalRandom.current().nextLong();
    private byte[] bytes;
    private int[] starts;
    private int count;
    private int longest;
    private int[] slots; // number + 1; 0 is empty
    private int[] hashes; // beside slots, saves most byte comparisons
    private int indexed;

    ByteStrings(int expectedCount) {
        bytes = new byte[Math.max(64, Math.min(expectedCount, 1 << 27) * 8)];
        starts = new int[Math.max(16, expectedCount) + 1];
        int capacity = Integer.highestOneBit(Math.max(16, expectedCount)) * 4;
        slots = new int[capacity];
        hashes = new int[capacity];
    }

    /**
     * Appends a string and indexes it, unless it is empty or an equal one is indexed already (then lookups keep finding
     * the first).
     *
     * @return the new string's number
     */
    int add(byte[] text) {
        return add(text, 0, text.length);
    }

    int add(byte[] text, int from, int to) {
        int length = to - from;
        int end = Math.addExact(starts[count], length);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(Integer.MAX_VALUE - 16, bytes.length * 2L)));
        }
        if (count + 2 > starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 2);
        }
        System.arraycopy(text, from, bytes, starts[count], length);
        starts[++count] = end;
        longest = Math.max(longest, length);
        if (length > 0) {
            index(count - 1);
        }
        return count - 1;
    }

    private void index(int number) {
        if (indexed * 2 >= slots.length) {
            grow();
        }
        int hash = hash(bytes, starts[number], starts[number + 1]);
        int slot = find(bytes, starts[number], starts[number + 1], hash);
        if (slots[slot] == 0) {
            slots[slot] = number + 1;
            hashes[slot] = hash;
            indexed++;
        }
    }

    private void grow() {
        int[] oldSlots = slots;
        int[] oldHashes = hashes;
        slots = new int[Math.multiplyExact(oldSlots.length, 2)];
        hashes = new int[slots.length];
        for (int i = 0; i < oldSlots.length; i++) {
            if (oldSlots[i] != 0) {
                int slot = oldHashes[i] & (slots.length - 1);
                while (slots[slot] != 0) {
                    slot = (slot + 1) & (slots.length - 1);
                }
                slots[slot] = oldSlots[i];
                hashes[slot] = oldHashes[i];
            }
        }
    }

    /** The number of the string equal to {@code text[from, to)}, or -1. */
    int indexOf(byte[] text, int from, int to) {
        if (to - from > longest || to <= from) {
            return -1;
        }
        return slots[find(text, from, to, hash(text, from, to))] - 1;
    }

    int indexOf(byte[] text) {
        return indexOf(text, 0, text.length);
    }

    int indexOf(String text) {
        return indexOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private int find(byte[] text, int from, int to, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0) {
            if (hashes[slot] == hash) {
                int number = slots[slot] - 1;
                if (Arrays.equals(bytes, starts[number], starts[number + 1], text, from, to)) {
                    return slot;
                }
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int hash(byte[] text, int from, int to) {
        long h = seed ^ (to - from);
        long word = 0;
        for (int i = from; i < to; i++) {
            word = word << 8 | (text[i] & 0xff);
            if (((i - from) & 7) == 7) {
                h = mix(h ^ word);
                word = 0;
            }
        }
        return (int) (mix(h ^ word) >>> 16);
    }

    private long mix(long x) {
        long y = (x ^ x >>> 32) * MULTIPLIER;
        return (y ^ y >>> 29) + seed;
    }

    int count() {
        return count;
    }

    int longest() {
        return longest;
    }

    int length(int number) {
        return starts[number + 1] - starts[number];
    }

    byte byteAt(int number, int position) {
        return bytes[starts[number] + position];
    }

    byte[] get(int number) {
        return Arrays.copyOfRange(bytes, starts[number], starts[number + 1]);
    }

    String text(int number) {
        return new String(bytes, starts[number], length(number), StandardCharsets.UTF_8);
    }
}

package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes good and bad files at random, mostly where a count, length or type may be, always in the same way; the bytes
 * that each read allocates are bounded by the file's length.
 */
class GgufMutationTest {
    private static final int ROUNDS = Integer.getInteger("gguf.mutations", 4000);
    /** Values that broke parsers: zero, one, sign bits, all ones, wraps when multiplied or rounded up. */
    private static final long[] TRICKY = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, (1L << 31) - 1, 1L << 32,
        (1L << 32) - 1, (1L << 61) + 1, 1L << 62, -32, Long.MAX_VALUE - 31, 255, 256, 65_536, 65_537};

    static List<Long> seeds() {
        return IntStream.range(0, 4).mapToObj(Long::valueOf).toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void changedFilesAreReadOrRefused(long seed) {
        Random random = new Random(seed);
        List<byte[]> seeds = FuzzSeeds.all().toList();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes = change(bytes, random, seeds);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                FuzzSeeds.readOrRefuse(bytes);
            } catch (RuntimeException | Error failure) {
                fail("seed " + seed + ", round " + round + ": " + HexFormat.of().formatHex(bytes), failure);
            }
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < (1 << 20) + 200L * bytes.length,
                    taken + " bytes taken for " + bytes.length + " in round "
                            + round + " of seed " + seed + ": " + HexFormat.of().formatHex(bytes));
        }
    }

    private static byte[] change(byte[] bytes, Random random, List<byte[]> seeds) {
        if (bytes.length < 8) {
            return seeds.getFirst().clone();
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> put(bytes, at, TRICKY[random.nextInt(TRICKY.length)], random.nextBoolean() ? 8 : 4);
            case 3 -> put(bytes, 8 + 8 * random.nextInt(2), random.nextInt(5), 8);
            case 4 -> {
                return java.util.Arrays.copyOf(bytes, at);
            }
            default -> {
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                int from = random.nextInt(other.length + 1);
                int length = Math.min(random.nextInt(64), other.length - from);
                byte[] spliced = new byte[bytes.length + length];
                System.arraycopy(bytes, 0, spliced, 0, at);
                System.arraycopy(other, from, spliced, at, length);
                System.arraycopy(bytes, at, spliced, at + length, bytes.length - at);
                return spliced;
            }
        }
        return bytes;
    }

    private static void put(byte[] bytes, int at, long value, int width) {
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }
}

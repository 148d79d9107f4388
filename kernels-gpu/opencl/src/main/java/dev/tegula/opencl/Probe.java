package dev.tegula.opencl;

import dev.tegula.device.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Which features a device has. Each is tried out, whether its driver lists it or, as instructions in inline PTX, does not: a
 * program must compile, and its results must be right.
 */
final class Probe {
    /** System property: {@code untested} switches on what no test has run on a real device. */
    static final String PROPERTY = "tegula.opencl";
    /** Of the compiler that takes inline PTX; others may end the JVM when they meet an instruction that they do not know. */
    private static final String TAKES_PTX = "cl_nv_compiler_options";
    private static final String DOT = "cl_khr_integer_dot_product";
    private static final int ITEMS = 32;
    private static final int RESULTS = 5;
    /** Elements of k of the two products of matrices that tiles use. */
    private static final int[] LENGTHS = {32, 16};

    private Probe() {}

    /** The shape of a device's kernels. */
    static Shape shape(OpenClDevice facts) {
        Shape shape = Shape.of(facts.kind());
        if (!shape.isGpu()) {
            return shape;
        }
        if (facts.extensions().contains(DOT) && works(facts, Shape.GPU.with(Shape.Feature.DOT_KHR))) {
            shape = shape.with(Shape.Feature.DOT_KHR);
        }
        boolean untested = System.getProperty(PROPERTY, "").equals("untested");
        if (untested && facts.extensions().contains(TAKES_PTX)) {
            for (Shape.Feature feature : new Shape.Feature[]{Shape.Feature.DOT_PTX, Shape.Feature.MMA_PTX}) {
                if (works(facts, Shape.GPU.with(feature))) {
                    shape = feature == Shape.Feature.MMA_PTX
                            ? shape.with(Shape.Feature.MMA, feature)
                            : shape.with(feature);
                }
            }
        }
        return shape;
    }

    private static boolean works(OpenClDevice facts, Shape shape) {
        try (OpenedDevice device = OpenedDevice.open(facts, shape, BinaryCache.ofUser())) {
            return Arrays.stream(LENGTHS).allMatch(k -> Arrays.equals(computed(device, k), expected(k)));
        } catch (DeviceException e) {
            return false;
        }
    }

    /** What a device computes: five numbers for each of 32 work-items. */
    static int[] computed(OpenedDevice device, int k) {
        Source source = Source.of("a probe", "#define SUB " + k, "#define X_LENGTH 32", "tile.cl", "dot4.cl",
                "tile_mma.cl", "probe.cl");
        try (Arena arena = Arena.ofConfined(); OpenClBuffer out = device.allocate(4L * ITEMS * RESULTS, "a probe")) {
            synchronized (device) {
                Launch launch = new Launch(device, "a probe", source, "probe", ITEMS);
                try {
                    launch.buffer(out).run(ITEMS, 1, 1);
                } finally {
                    launch.release();
                }
            }
            MemorySegment memory = arena.allocate(out.bytes(), 4);
            out.read(0, memory, 0, out.bytes());
            return memory.toArray(ValueLayout.JAVA_INT);
        }
    }

    /**
     * What is right. With g = lane / 4 and t = lane % 4, a lane has of A the words t of rows g and g + 8, then the words t + 4
     * of both; of B word t of column g, then word t + 4; of the result columns 2t and 2t + 1 of row g, then of row g + 8
     * ("PTX ISA", "Matrix Fragments for mma.m16n8k16" and "… mma.m16n8k32").
     */
    static int[] expected(int k) {
        int aWords = k / 8;
        int bWords = k / 16;
        int[][] a = new int[16][k / 4];
        int[][] b = new int[8][k / 4];
        int[] results = new int[ITEMS * RESULTS];
        for (int lane = 0; lane < ITEMS; lane++) {
            for (int i = 0; i < aWords; i++) {
                a[lane / 4 + i % 2 * 8][lane % 4 + i / 2 * 4] = (lane * aWords + i + 1) * 0x9E3779B1;
            }
            for (int i = 0; i < bWords; i++) {
                b[lane / 4][lane % 4 + i * 4] = (lane * bWords + i + 1) * 0x85EBCA6B;
            }
            results[RESULTS * lane + 4] = dot((lane * aWords + 1) * 0x9E3779B1, (lane * bWords + 1) * 0x85EBCA6B, lane);
        }
        for (int lane = 0; lane < ITEMS; lane++) {
            int[] sums = {lane, 0, -lane, 7};
            for (int i = 0; i < sums.length; i++) {
                for (int u = 0; u < k / 4; u++) {
                    sums[i] = dot(a[lane / 4 + i / 2 * 8][u], b[lane % 4 * 2 + i % 2][u], sums[i]);
                }
            }
            System.arraycopy(sums, 0, results, RESULTS * lane, sums.length);
        }
        return results;
    }

    private static int dot(int a, int b, int sum) {
        int result = sum;
        for (int i = 0; i < Integer.SIZE; i += Byte.SIZE) {
            result += (byte) (a >> i) * (byte) (b >> i);
        }
        return result;
    }
}

package dev.tegula.cpu;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.conform.StandardRequests;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Runs kernels until their calls allocate nothing, and prints a line for each: run in a JVM of its own. As long as a
 * vector is an object, in the interpreter or in code of the first compiler, calls allocate; so this is also how it is known
 * that C2 has compiled a kernel.
 */
final class HotLoops {
    /** How lines of kernels that allocate nothing begin. */
    static final String QUIET = "quiet: ";
    /** Bytes that a kernel may allocate before it is compiled; the hungriest takes little more than a GB. */
    private static final long MOST_BYTES = 20L << 30;
    /** Rounds of 8 calls without an allocation that follow each other. */
    private static final int QUIET_ROUNDS = 20;
    /** Elements of a row of output at least: all loops turn several times at every width. */
    private static final int COLUMNS = 48;
    /** Elements of a row of weights, more than one record: of floats, of blocks of 32, of blocks of 256. */
    private static final List<Integer> LENGTHS = List.of(300, 288, 512);
    /** One row, and rows for a tall and a low tile. */
    private static final int[] ROWS = {1, 17};

    private HotLoops() {}

    /**
     * Runs kernels.
     *
     * @param args a regular expression for their ids, and how many rounds of calls one may need
     */
    public static void main(String[] args) {
        Pattern ids = Pattern.compile(args[0]);
        int limit = Integer.parseInt(args[1]);
        for (KernelFactory kernel : new CpuKernelProvider().kernels()) {
            if (ids.matcher(kernel.id().toString()).matches()) {
                for (KernelRequest request : StandardRequests.of(kernel)) {
                    for (int rows : isLarge(request) ? ROWS : new int[0]) {
                        System.out.println((isQuiet(kernel, request, rows, limit) ? QUIET : "allocates: ") + kernel.id()
                                + " for " + request + ", " + rows + " rows");
                    }
                }
            }
        }
    }

    /** Of a kernel's requests those that are worth while: wide rows without extras. */
    private static boolean isLarge(KernelRequest request) {
        return request.output().cols() >= COLUMNS && switch (request.op()) {
            case Op.MatMul op -> request.output().cols() >= 80 && LENGTHS.contains(request.input(0).cols());
            case Op.GateUp op -> true;
            case Op.Attention op -> op.scoring().window() == 0 && op.headSize() == 64;
            case Op.Rope op -> op.headSize() == 64;
            case Op.RopeKvWrite op -> op.headSize() == 64;
            case Op.TopK op -> true;
            default -> request.output().cols() > 1000;
        };
    }

    /** Whether enough rounds in a row allocate nothing. */
    private static boolean isQuiet(KernelFactory kernel, KernelRequest request, int rows, int limit) {
        long all = 0;
        try (HotLoop loop = new HotLoop(kernel, request, rows)) {
            int quiet = 0;
            for (int round = 0; round < limit && all < MOST_BYTES && quiet < QUIET_ROUNDS; round++) {
                long bytes = loop.allocated(8);
                all += bytes;
                quiet = bytes == 0 ? quiet + 1 : 0;
            }
            return quiet == QUIET_ROUNDS;
        }
    }
}

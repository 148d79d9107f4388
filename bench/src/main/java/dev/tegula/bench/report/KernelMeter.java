package dev.tegula.bench.report;

import dev.tegula.bench.kernel.KernelCase;
import dev.tegula.bench.kernel.Workload;
import dev.tegula.bench.machine.Roofline;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Op;
import java.util.ArrayList;
import java.util.List;

/** Measures kernels by turns with what limits them, after their answers have been compared with the scalar twin's. */
final class KernelMeter {
    private static final long SLICE = 30_000_000;

    private final Limits limits;
    private final int threads;
    private final int rounds;
    private final WarmUp warmUp = new WarmUp();

    /** @param threads that share a call */
    KernelMeter(Limits limits, int threads, int rounds) {
        this.limits = limits;
        this.threads = threads;
        this.rounds = rounds;
    }

    /**
     * Measures a kernel.
     *
     * @throws IllegalStateException when the engine has none for it, or its answer is wrong
     */
    Row measure(Workload workload, String engine) throws InterruptedException {
        Op op = workload.request().op();
        try (KernelCase kernel = new KernelCase(engine, workload.tile(), workload.request(), workload.rows(),
                workload.firstPosition(), threads)) {
            kernel.check();
            Cost cost = kernel.cost();
            String limit = kernel.limit(limits.roofline());
            double amount = Roofline.amount(limit, cost);
            Turns.Side ours = () -> amount / nanos(kernel);
            kernel.warmUp(warmUp, ours);
            List<Turns.Side> sides = new ArrayList<>(List.of(ours, limits.side(limit, Limits.SLICE)));
            limits.coreToCore().ifPresent(sides::add);
            Turns.Result result = new Turns(rounds, CpuTimes.ofMachine()).measure(sides);
            return new Row(workload.toString(), op.name(), kernel.id(), engine, threads, kernel.multiplies(),
                    cost.multiplyAdds(), cost.bytes(), limit, Roofline.unit(limit), result.of(0), result.of(1),
                    limits.coreToCore().isPresent() ? result.of(2) : List.of(),
                    result.disturbed(), result.stolen(), workload.command(engine, threads));
        }
    }

    /** Nanoseconds of one of the calls that fit a slice. */
    private static double nanos(KernelCase kernel) {
        kernel.run();
        long start = System.nanoTime();
        long calls = 0;
        long now;
        do {
            kernel.run();
            calls++;
            now = System.nanoTime();
        } while (now - start < SLICE);
        return (double) (now - start) / calls;
    }
}

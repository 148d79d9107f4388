package dev.tegula.bench.report;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.KernelCase;
import dev.tegula.bench.kernel.Workload;
import dev.tegula.bench.machine.Level;
import dev.tegula.bench.machine.Machine;
import dev.tegula.bench.machine.PeakMeter;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Op;
import dev.tegula.nat.PeakLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measures kernels by turns with what limits them, after their answers have been compared with the scalar twin's. */
final class KernelMeter implements AutoCloseable {
    private static final int ROUNDS = 9;
    private static final long SLICE = 30_000_000;
    private static final long PEAK_SLICE = 12_000_000;
    /** C2 compiles a kernel in Java after seconds; what surrounds one in C is small. */
    private static final long WARM_UP_C = 150_000_000;
    private static final long WARM_UP_JAVA = 3_000_000_000L;

    private final int threads;
    private final PeakMeter meter;
    private final Map<String, Double> ceilings = new LinkedHashMap<>();

    /** Measures the machine's peaks. */
    KernelMeter(int threads) throws InterruptedException {
        this.threads = threads;
        this.meter = new PeakMeter(threads);
        List<String> names = new ArrayList<>();
        List<Turns.Side> sides = new ArrayList<>();
        for (String name : List.of("f32 fma", "int8 dot", "read l1", "read l2", "read l3", "read dram")) {
            if (!name.equals("read l3") || meter.machine().sizes().l3() > 0) {
                names.add(name);
                sides.add(peakSide(name));
            }
        }
        double[][] figures = new Turns(ROUNDS, CpuTimes.ofMachine()).measure(sides).figures();
        for (int i = 0; i < figures.length; i++) {
            ceilings.put(names.get(i), Turns.median(figures[i]));
        }
    }

    /** What of the machine cannot be measured, and why. */
    List<String> missing() {
        return meter.missing();
    }

    /** The machine. */
    Machine machine() {
        return meter.machine();
    }

    /** The peaks as they were at the start. */
    Map<String, Double> ceilings() {
        return ceilings;
    }

    private Turns.Side peakSide(String name) throws InterruptedException {
        return switch (name) {
            case "f32 fma" -> meter.multiply(PeakLoop.FMA, PEAK_SLICE);
            case "int8 dot" -> meter.multiply(PeakLoop.INT8, PEAK_SLICE);
            default -> meter.read(Level.valueOf(name.substring("read ".length()).toUpperCase(Locale.ROOT)),
                    PEAK_SLICE);
        };
    }

    /**
     * Measures a kernel.
     *
     * @throws IllegalStateException when the engine has none for it, or its answer is wrong
     */
    Row measure(Workload workload, String engine) throws InterruptedException {
        try (KernelCase kernel = new KernelCase(engine, KernelBench.USUAL, workload.request(), workload.rows(),
                workload.firstPosition(), threads)) {
            kernel.check();
            Cost cost = kernel.cost();
            String limit = limit(workload, cost);
            double amount = limit.startsWith("read") ? cost.bytes() : cost.multiplyAdds();
            Turns.Side ours = () -> amount / nanos(kernel);
            long end = System.nanoTime() + (engine.startsWith("nat-") ? WARM_UP_C : WARM_UP_JAVA);
            do {
                ours.slice();
            } while (System.nanoTime() < end);
            Turns.Result result = new Turns(ROUNDS, CpuTimes.ofMachine()).measure(List.of(ours, peakSide(limit)));
            return new Row(workload.toString(), workload.request().op().name(), kernel.id(), engine, threads,
                    cost.multiplyAdds(), cost.bytes(), limit, list(result.figures()[0]), list(result.figures()[1]),
                    result.disturbed(), result.stolen(), workload.command(engine, threads));
        }
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /** What takes longest of what a call must do at least, if the machine did nothing else. */
    private String limit(Workload workload, Cost cost) {
        String read = "read " + (cost.bytes() <= meter.machine().sizes().l1() / 2
                ? "l1"
                : cost.bytes() <= meter.machine().sizes().l2()
                        ? "l2"
                        : cost.bytes() <= meter.machine().sizes().l3() / 2 ? "l3" : "dram");
        if (!multiplies(workload.request().op())) {
            return read;
        }
        boolean integers = workload.request().input(0).type().name().startsWith("Q8_A");
        String multiply = integers ? "int8 dot" : "f32 fma";
        return cost.multiplyAdds() / ceilings.get(multiply) > cost.bytes() / ceilings.get(read) ? multiply : read;
    }

    private static boolean multiplies(Op op) {
        return op instanceof Op.MatMul || op instanceof Op.GateUp || op instanceof Op.Attention;
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

    @Override
    public void close() {
        meter.close();
    }
}

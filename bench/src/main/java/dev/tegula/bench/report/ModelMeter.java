package dev.tegula.bench.report;

import dev.tegula.bench.Shell;
import dev.tegula.bench.machine.Roofline;
import dev.tegula.bench.model.ColdStart;
import dev.tegula.bench.model.ModelSource;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.EnergyCounter;
import dev.tegula.bench.timing.Turns;
import dev.tegula.bench.timing.WarmUp;
import dev.tegula.exec.Plan;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelTable;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.RawModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures a whole model by turns with what limits it, after its logits have been compared. */
final class ModelMeter implements AutoCloseable {
    private static final String UNIT = "tokens/s";
    /** Passes of a small model are repeated until a slice is over. */
    private static final long SLICE = 30_000_000;
    /** Of the limit: passes of large models take seconds, in which memory is now fast, now slow, and a few milliseconds would meet it in one state. */
    private static final long LIMIT_SLICE = 200_000_000;
    /** Fed in one call, and one by one, to look at the logits. */
    private static final int CHECKED = 3;
    /** Weights of models that are compared with the scalar engine too: they are in memory twice meanwhile. */
    private static final long MOST_TWICE = 1L << 30;

    private final ModelSource source;
    private final Limits limits;
    private final int threads;
    private final int rounds;
    private final KernelTable kernels;
    private final List<String> engines;
    private final EnergyCounter energy;
    private final RawModel model;
    private final String engine;
    private final WarmUp warmUp = new WarmUp();

    /** What is measured. */
    record Test(String kind, int tokens, int context) {
        /** All there are, the lengths of llama.cpp's usual bench among them, and some that small models have room for. */
        static final List<Test> ALL = List.of(new Test("prefill", 128, 0), new Test("prefill", 512, 0),
                new Test("decode", 64, 0), new Test("decode", 32, 128), new Test("decode", 32, 256),
                new Test("decode", 32, 512), new Test("decode", 32, 2048), new Test("decode", 32, 4000));

        /** Of a model, for people and filters. */
        String of(ModelSource source) {
            return source.name() + " " + kind + " " + tokens + (context == 0 ? "" : " after " + context);
        }
    }

    /**
     * Loads a model and compares its logits: those of tokens in one call with those of the same one by one and, where the model is no
     * larger than 1 GiB, with the scalar engine's.
     *
     * @param threads that share a call
     * @param kernels to choose from
     * @param engines that they were restricted to, as a command names them; none for all
     * @param energy what tells joules per token
     * @throws IOException when it cannot be read
     * @throws IllegalStateException when logits differ by a bit
     */
    ModelMeter(ModelSource source, Limits limits, int threads, int rounds, KernelTable kernels, List<String> engines,
            EnergyCounter energy) throws IOException {
        this.source = source;
        this.limits = limits;
        this.threads = threads;
        this.rounds = rounds;
        this.kernels = kernels;
        this.engines = List.copyOf(engines);
        this.energy = energy;
        this.model = load(kernels);
        this.engine = engine(model.model().plan());
        try {
            check();
        } catch (RuntimeException | IOException e) {
            model.close();
            throw e;
        }
    }

    private RawModel load(KernelTable table) throws IOException {
        return new RawModel(Model.load(source.open(),
                ModelOptions.defaults().withThreads(threads).withKernels(table)));
    }

    /** The engines of a plan, the scalar one left out where there is another. */
    private static String engine(Plan plan) {
        List<String> engines = steps(plan).map(step -> step.choice().factory().id().engine())
                .distinct()
                .sorted()
                .toList();
        return engines.size() == 1
                ? engines.getFirst()
                : engines.stream().filter(name -> !name.equals("ref")).collect(Collectors.joining("+"));
    }

    private static Stream<Plan.Step> steps(Plan plan) {
        return plan.stages().stream().flatMap(List::stream);
    }

    private void check() throws IOException {
        int[] tokens = model.anyTokens(Math.min(CHECKED, model.context()));
        int[] together = logits(model, tokens, tokens.length);
        compare("one by one", together, logits(model, tokens, 1));
        if (model.model().plan().weightBytes() <= MOST_TWICE) {
            try (RawModel twin = load(kernels.scalar())) {
                compare("of the scalar engine", together, logits(twin, tokens, tokens.length));
            }
        }
    }

    /** The bits of the last token's logits. */
    private static int[] logits(RawModel model, int[] tokens, int rows) {
        model.reset();
        model.feedAll(tokens, rows);
        TensorView logits = model.model().executor().logits();
        return logits.segment()
                .asSlice(logits.rowOffset(0), 4L * model.model().spec().vocabulary())
                .toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    private void compare(String which, int[] expected, int[] actual) {
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != actual[i]) {
                throw new IllegalStateException(String.format("wrong result: logit %d is %s, %s %s", i,
                        Float.intBitsToFloat(expected[i]), which, Float.intBitsToFloat(actual[i])));
            }
        }
    }

    /** Whether the model's context has room for a test. */
    boolean fits(Test test) {
        return test.context() + test.tokens() <= model.context();
    }

    /** Measures a test that fits. */
    ModelRow measure(Test test) throws InterruptedException {
        boolean decodes = test.kind().equals("decode");
        int rows = decodes ? 1 : model.maxRows();
        int[] tokens = model.anyTokens(test.tokens());
        model.reset();
        model.feedAll(model.anyTokens(test.context()), model.maxRows());
        Cost cost = model.cost(test.context(), test.tokens(), rows);
        // A decoded token reads all again, so a call's cost says what limits it.
        Cost call = decodes ? model.cost(test.context(), 1, 1) : cost;
        String limit = limits.roofline().of(activations(), call, Math.min(call.bytes(), held(test)));
        double each = Roofline.amount(limit, cost) / test.tokens();
        Turns.Taker<Slice> ours = () -> slice(tokens, test.context(), rows);
        Turns.Side peak = limits.side(limit, LIMIT_SLICE);
        Turns.Side rate = () -> ours.slice().rate();
        // Whoever computes, what calls it is in Java.
        warmUp.compile(test, rate);
        List<Turns.Taker<Slice>> sides = new ArrayList<>(
                List.of(ours, () -> new Slice(peak.slice() * 1e9 / each, 0)));
        limits.coreToCore().ifPresent(side -> sides.add(() -> new Slice(side.slice(), 0)));
        Turns.Taken<Slice> taken = new Turns(rounds, CpuTimes.ofMachine()).take(sides);
        List<Slice> slices = taken.slices().getFirst();
        // Some virtual machines have the counter's files but nothing behind them.
        boolean counted = slices.stream().allMatch(slice -> slice.joules() > 0);
        return new ModelRow(test.of(source), source.name(), test.kind(), test.tokens(), test.context(), engine,
                threads, model.model().plan().stages().size() * Math.ceilDiv((long) test.tokens(), rows),
                cost.multiplyAdds(), cost.bytes(), limit, UNIT, rates(slices), rates(taken.slices().get(1)),
                limits.coreToCore().isPresent() ? rates(taken.slices().get(2)) : List.of(),
                counted ? slices.stream().map(Slice::joules).toList() : List.of(),
                taken.disturbed(), taken.stolen(), command(source, test.of(source), threads, engines));
    }

    /** What a test keeps coming back to: weights, activations, keys and values. */
    private long held(Test test) {
        Plan plan = model.model().plan();
        long cached = plan.cost(1, test.context() + test.tokens()).bytes() - plan.cost(1, 0).bytes();
        return plan.weightBytes() + plan.activationBytes() + cached;
    }

    private static String command(ModelSource source, String name, int threads, List<String> engines) {
        List<String> words = new ArrayList<>(List.of("./tegula", "bench", "report"));
        words.addAll(source.option());
        // A file may be called what has a meaning in the filter; dots may stay, which match themselves.
        words.addAll(List.of("--filter", name.replaceAll("[\\\\^$|?*+(){}\\[\\]]", "\\\\$0"), "--threads",
                Integer.toString(threads)));
        if (!engines.isEmpty()) {
            words.addAll(List.of("--engines", String.join(",", engines)));
        }
        return Shell.line(words);
    }

    /** What its start is called, for people and filters. */
    static String startOf(ModelSource source) {
        return source.name() + " start";
    }

    /** What the matrices that cost most are multiplied with. */
    private DType activations() {
        return steps(model.model().plan())
                .max(Comparator
                        .comparingLong(step -> step.choice().factory().cost(step.request(), 1, 1).multiplyAdds()))
                .orElseThrow()
                .request()
                .input(0)
                .type();
    }

    /**
     * A slice of time.
     *
     * @param rate tokens per second; of the cores nanoseconds
     * @param joules per token; 0 where nothing tells
     */
    private record Slice(double rate, double joules) {}

    private static List<Double> rates(List<Slice> slices) {
        return slices.stream().map(Slice::rate).toList();
    }

    private Slice slice(int[] tokens, int context, int rows) {
        Optional<EnergyCounter.Reading> before = reading();
        long start = System.nanoTime();
        long passes = 0;
        long now;
        do {
            model.shrink(context);
            model.feedAll(tokens, rows);
            passes++;
            now = System.nanoTime();
        } while (now - start < SLICE);
        double joules = before.map(reading -> energy.joules(reading, energy.read())).orElse(0.0);
        double fed = (double) passes * tokens.length;
        return new Slice(fed * 1e9 / (now - start), joules / fed);
    }

    private Optional<EnergyCounter.Reading> reading() {
        return energy.unavailable().isEmpty() ? Optional.of(energy.read()) : Optional.empty();
    }

    /** Measures starts of the model in JVMs of their own. */
    static StartRow start(ModelSource source, int threads, int starts) throws InterruptedException {
        // The file is in the system's cache from then on.
        ColdStart.measure(source, threads);
        Turns.Taken<ColdStart.Times> taken = new Turns(starts, CpuTimes.ofMachine())
                .take(List.<Turns.Taker<ColdStart.Times>>of(() -> ColdStart.measure(source, threads)));
        List<ColdStart.Times> times = taken.slices().getFirst();
        return new StartRow(source.name(), threads, ColdStart.PROMPT,
                times.stream().map(ColdStart.Times::load).toList(),
                times.stream().map(ColdStart.Times::firstToken).toList(), taken.disturbed(), taken.stolen(),
                command(source, startOf(source), threads, List.of()));
    }

    @Override
    public void close() {
        model.close();
    }
}

package dev.tegula.cli;

import dev.tegula.kernel.Cost;
import dev.tegula.model.RawModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tegula bench}: tokens per second of prefill and decode. */
@Command(name = "bench", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Measures tokens per second of prompts of given lengths and of decoding one token at a time, both "
        + "from an empty context. Each test is repeated unmeasured first, until the compiler has settled.", footerHeading = "%nThe script ./tegula has more of them:%n", footer = {
            "  bench machine     the machine's peaks",
            "  bench kernels     JMH suites of single kernels",
            "  bench peers       products beside other libraries, models beside other engines",
            "  bench report      all of it on a page, beside the machine's limits",
            "  bench compare     what changed between two reports",
            "  bench synthetic   writes a model of a published shape with random weights"})
final class BenchCommand implements Callable<Integer> {
    // Rows of one prefill call, as the engine uses.
    private static final int CHUNK = 512;
    // The compiler of the JVM needs about this long to see and compile the hot loops.
    private static final long WARM_UP_NANOS = 3_000_000_000L;

    /** One test's times. */
    private record Test(String name, int tokens, Cost cost, long[] nanos) {
        double perSecond(double amount, long time) {
            return amount * 1e9 / time;
        }

        long median() {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Option(names = "--prefill", split = ",", paramLabel = "N", description = "Prompt lengths (default: 128,512).")
    private int[] prefill = {128, 512};

    @Option(names = "--decode", split = ",", paramLabel = "N", description = "Numbers of tokens (default: 64).")
    private int[] decode = {64};

    @Option(names = "--repeat", paramLabel = "N", description = "Measured repetitions of each test (default: 5).")
    private int repeat = 5;

    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    private int done;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (repeat < 1 || IntStream.concat(IntStream.of(prefill), IntStream.of(decode)).anyMatch(n -> n < 0)) {
            throw new ParameterException(spec.commandLine(),
                    "--repeat must be at least 1, lengths at least 0 (0 leaves a test out)");
        }
        int longest = IntStream.concat(IntStream.of(prefill), IntStream.of(decode)).max().orElse(0);
        if (longest == 0) {
            throw new ParameterException(spec.commandLine(),
                    "nothing to measure: of the lengths of --prefill and --decode one must be at least 1");
        }
        try (RawModel model = Models.raw(options, terminal, DType.F16, Math.min(CHUNK, longest), 1, longest);
                Progress progress = new Progress(terminal, "measuring")) {
            List<Test> tests = new ArrayList<>();
            int[] lengths = IntStream.concat(IntStream.of(prefill), IntStream.of(decode)).toArray();
            // Each test warms up once and is then repeated.
            long runs = IntStream.of(lengths).filter(length -> length > 0).count() * (1L + repeat);
            Runnable step = () -> progress.update(++done, runs);
            for (int i = 0; i < lengths.length; i++) {
                if (lengths[i] > 0) {
                    int rows = i < prefill.length ? model.maxRows() : 1;
                    String name = (i < prefill.length ? "prefill " : "decode ") + lengths[i];
                    tests.add(measure(model, lengths[i], rows, name, step));
                }
            }
            progress.close();
            report(model, tests);
        }
        return TegulaCommand.OK;
    }

    private Test measure(RawModel model, int length, int rows, String name, Runnable step) {
        int[] tokens = model.anyTokens(length);
        long begun = System.nanoTime();
        do {
            run(model, tokens, rows);
        } while (System.nanoTime() - begun < WARM_UP_NANOS);
        step.run();
        long[] nanos = new long[repeat];
        for (int i = 0; i < repeat; i++) {
            long start = System.nanoTime();
            run(model, tokens, rows);
            nanos[i] = System.nanoTime() - start;
            step.run();
        }
        return new Test(name, length, model.cost(0, length, rows), nanos);
    }

    private static void run(RawModel model, int[] tokens, int rows) {
        model.reset();
        model.feedAll(tokens, rows);
    }

    private void report(RawModel model, List<Test> tests) {
        List<String> kernels = model.model()
                .plan()
                .stages()
                .stream()
                .flatMap(List::stream)
                .map(step -> step.choice().factory().id().toString())
                .distinct()
                .sorted()
                .toList();
        if (json) {
            terminal.println(Json.writeIndented(object(model, tests, kernels)));
            return;
        }
        terminal.println(String.format(Locale.ROOT, "%s, %d threads, %s KV cache", model.model().file().name(),
                model.model().plan().limits().threads(), model.model().kvLayout().type()));
        terminal.println(String.format(Locale.ROOT, "%-14s %12s %12s %12s %10s %10s", "test", "median t/s", "min t/s",
                "max t/s", "GB/s", "GMAC/s"));
        for (Test test : tests) {
            terminal.println(String.format(Locale.ROOT, "%-14s %12.2f %12.2f %12.2f %10.2f %10.2f", test.name(),
                    test.perSecond(test.tokens(), test.median()),
                    test.perSecond(test.tokens(), Arrays.stream(test.nanos()).max().getAsLong()),
                    test.perSecond(test.tokens(), Arrays.stream(test.nanos()).min().getAsLong()),
                    test.perSecond(test.cost().bytes() / 1e9, test.median()),
                    test.perSecond(test.cost().multiplyAdds() / 1e9, test.median())));
        }
        terminal.println("kernels: " + String.join(" ", kernels));
    }

    private static Map<String, Object> object(RawModel model, List<Test> tests, List<String> kernels) {
        List<Object> rows = new ArrayList<>();
        for (Test test : tests) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("test", test.name());
            row.put("tokens", test.tokens());
            row.put("median", test.perSecond(test.tokens(), test.median()));
            row.put("min", test.perSecond(test.tokens(), Arrays.stream(test.nanos()).max().getAsLong()));
            row.put("max", test.perSecond(test.tokens(), Arrays.stream(test.nanos()).min().getAsLong()));
            row.put("gb_per_second", test.perSecond(test.cost().bytes() / 1e9, test.median()));
            row.put("gmac_per_second", test.perSecond(test.cost().multiplyAdds() / 1e9, test.median()));
            row.put("nanos", Arrays.stream(test.nanos()).boxed().toList());
            rows.add(row);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", model.model().file().name());
        object.put("threads", model.model().plan().limits().threads());
        object.put("kv_type", model.model().kvLayout().type().name());
        object.put("java", Runtime.version().toString());
        object.put("tests", rows);
        object.put("kernels", kernels);
        return object;
    }
}

package dev.tegula.engine;

import dev.tegula.exec.Plan;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufMetadata;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kv.BlockPool;
import dev.tegula.model.Model;
import dev.tegula.observe.LoadEvent;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.sample.TopLogits;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jdk.jfr.FlightRecorder;

/** Makes an engine of an open file. */
final class EngineLoader {
    private EngineLoader() {}

    /**
     * Loads tokenizer, template and model, and starts the scheduler.
     *
     * @param file the open file; the engine closes it, also when loading fails
     * @param begun when opening began, in nanoseconds of the system's clock
     */
    static Engine load(GgufFile file, EngineOptions options, long begun) {
        FileCodec codec;
        SamplingOptions sampling;
        try {
            codec = FileCodec.of(file, options.preTokenizer().orElse(null));
            sampling = sampling(file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
        Model model = Model.load(file, options.model());
        TopLogitsKernel top = null;
        try {
            Duration load = Duration.ofNanos(System.nanoTime() - begun);
            int vocabulary = model.spec().vocabulary();
            codec.check(vocabulary);
            int context = model.plan().limits().context();
            // The penalties keep as many tokens as they look back at; there are never more than the context holds.
            sampling = sampling.toBuilder().repeatWindow(Math.min(sampling.repeatWindow(), context)).build();
            int sessions = model.plan().limits().sessions();
            top = new TopLogitsKernel(options.model().kernels(), vocabulary, sessions);
            Runnable closer = closer(model, top);
            TopLogits first = model.plan().device().isPresent() ? new DeviceTopLogits(model.executor(), top) : top;
            EngineParts parts = new EngineParts(new ModelRunner(model.executor()), model.newBatch(),
                    new BlockPool(model.kvLayout().blocks()), codec, context, sessions, options.queue(),
                    vocabulary, sampling, first, load, closer);
            Engine engine = new Engine(parts, model, codec.tokenizer());
            record(file, load);
            warnIfScalar(file, model.plan(), options.model().kernels());
            return engine;
        } catch (RuntimeException | Error e) {
            closer(model, top).run();
            throw e;
        }
    }

    /** Frees what an engine has in native memory; of the second there may be none yet. */
    private static Runnable closer(Model model, TopLogitsKernel top) {
        return () -> {
            model.close();
            if (top != null) {
                top.close();
            }
        };
    }

    /** No silent fallback: the scalar kernels are right, but a user who did not mean them should know why they run. */
    private static void warnIfScalar(GgufFile file, Plan plan, KernelTable kernels) {
        if (kernels.providers().stream().allMatch(provider -> provider.rank() == 0)) {
            return;
        }
        Set<String> ops = new TreeSet<>();
        Set<Refusal> reasons = new LinkedHashSet<>();
        for (Plan.Step step : plan.stages().stream().flatMap(List::stream).toList()) {
            if (step.choice().provider().rank() == 0) {
                ops.add(step.request().op().name());
                reasons.addAll(step.choice().refusals());
            }
        }
        if (!ops.isEmpty()) {
            Set<Refusal> unavailable = new LinkedHashSet<>();
            kernels.providers().forEach(provider -> provider.unavailable().ifPresent(unavailable::add));
            System.getLogger("dev.tegula.engine")
                    .log(System.Logger.Level.WARNING,
                            "{0} runs {1} on scalar kernels, many times slower than this machine allows: {2}",
                            file.name(), ops, unavailable.isEmpty() ? reasons : unavailable);
        }
    }

    private static void record(GgufFile file, Duration load) {
        if (FlightRecorder.isInitialized()) {
            LoadEvent event = new LoadEvent();
            event.model = file.name();
            event.fileBytes = file.fileBytes();
            event.load = load.toNanos();
            event.commit();
        }
    }

    private static SamplingOptions sampling(GgufFile file) {
        try {
            return SamplingOptions.builder().fromMetadata(key -> number(file, key)).build();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file.name() + ": " + e.getMessage(), e);
        }
    }

    private static Number number(GgufFile file, String key) {
        GgufMetadata.Entry entry = file.metadata().entry(key).orElse(null);
        if (entry == null) {
            return null;
        }
        if (entry.value() instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException(key + " is a " + entry.type() + ", a number is wanted");
    }
}

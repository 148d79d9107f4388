package dev.tegula.cli;

import dev.tegula.exec.Loading;
import dev.tegula.exec.Plan;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Tunable;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.ModelPlan;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tegula kernels}: which kernel runs each op of a model here, why better ones refused, and how the loops are set. */
@Command(name = "kernels", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Shows which kernel runs each op of a model here, and why the better ones refused.")
final class KernelsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Option(names = "--strict", description = "Fail, with the reasons, if an op would run on the scalar engine: a faster one has no kernel "
            + "for it, or lacks what its refusal names, a flag for example.")
    private boolean strict;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    KernelsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        ModelOptions how = options.options(DType.F16, Loading.SILENT);
        KernelTable table = strict ? options.kernels().strict() : options.kernels();
        try (GgufFile file = options.file().open(options.model())) {
            Plan plan = ModelPlan.of(file, how.withKernels(table)).plan();
            Map<String, Plan.Step> steps = new LinkedHashMap<>();
            Map<String, Integer> uses = new LinkedHashMap<>();
            for (Plan.Step step : plan.stages().stream().flatMap(List::stream).toList()) {
                steps.putIfAbsent(step.request().toString(), step);
                uses.merge(step.request().toString(), 1, Integer::sum);
            }
            KernelTable all = how.device().map(device -> table.before(device.kernels())).orElse(table);
            if (json) {
                terminal.println(Json.writeIndented(object(all, steps, uses)));
            } else {
                text(all, steps, uses);
            }
        }
        return TegulaCommand.OK;
    }

    private void text(KernelTable table, Map<String, Plan.Step> steps, Map<String, Integer> uses) {
        terminal.println("Engines, the best first");
        for (KernelProvider provider : table.providers()) {
            terminal.println("  " + provider.engine() + "  "
                    + provider.unavailable().map(refusal -> "not here: " + refusal.reason()).orElse("runs here"));
            settings(provider, steps).forEach(line -> terminal.println("      " + line));
        }
        terminal.println("\nOps of the model, with how often they occur");
        steps.forEach((request, step) -> {
            terminal.println("  " + step.choice().factory().id() + "  " + uses.get(request) + " x  " + request);
            for (Refusal refusal : step.choice().refusals()) {
                terminal.println("      not " + refusal);
            }
        });
    }

    /** How the loops of an engine are set, if it runs an op of the model. */
    private static List<String> settings(KernelProvider provider, Map<String, Plan.Step> steps) {
        boolean used = steps.values().stream().anyMatch(step -> step.choice().provider() == provider);
        return used && provider instanceof Tunable tunable ? tunable.settings() : List.of();
    }

    private static Map<String, Object> object(KernelTable table, Map<String, Plan.Step> steps,
            Map<String, Integer> uses) {
        List<Object> engines = new ArrayList<>();
        for (KernelProvider provider : table.providers()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("engine", provider.engine());
            row.put("refused", provider.unavailable().map(Refusal::reason).orElse(null));
            row.put("settings", settings(provider, steps));
            engines.add(row);
        }
        List<Object> ops = new ArrayList<>();
        steps.forEach((request, step) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("kernel", step.choice().factory().id().toString());
            row.put("request", request);
            row.put("uses", uses.get(request));
            row.put("refused", step.choice().refusals().stream().map(Refusal::toString).toList());
            ops.add(row);
        });
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("engines", engines);
        object.put("ops", ops);
        return object;
    }
}

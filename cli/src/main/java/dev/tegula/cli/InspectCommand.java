package dev.tegula.cli;

import dev.tegula.exec.DevicePlan;
import dev.tegula.exec.Loading;
import dev.tegula.exec.Plan;
import dev.tegula.exec.WeightCache;
import dev.tegula.file.gguf.GgufArray;
import dev.tegula.file.gguf.GgufException;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufMetadata;
import dev.tegula.file.gguf.GgufTensor;
import dev.tegula.graph.pass.Passes;
import dev.tegula.model.ModelException;
import dev.tegula.model.ModelPlan;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tegula inspect}: what is in a model file, and what memory running it takes. */
@Command(name = "inspect", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Shows a file's metadata, tensors and memory plan.")
final class InspectCommand implements Callable<Integer> {
    private static final int SHORT_ARRAY = 8;
    private static final int SHORT_TEXT = 100;

    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file, like --model.")
    private Path path;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    @Option(names = "--all", description = "Show long texts and arrays in full.")
    private boolean all;

    @Option(names = "--graph", description = "Show the graph as built and after each pass, and the plan with its kernels and buffers, instead.")
    private boolean graph;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (path != null) {
            options.model(path);
        }
        try (GgufFile file = options.file().open(options.model())) {
            if (graph) {
                ModelPlan planned = ModelPlan.of(file, options.options(DType.F16, Loading.SILENT));
                terminal.println(Passes.describe(planned.graph()) + "== plan\n" + planned.plan().describe());
                return TegulaCommand.OK;
            }
            Plan plan = null;
            String refusal = null;
            try {
                plan = ModelPlan.of(file, options.options(DType.F16, Loading.SILENT)).plan();
            } catch (GgufException | ModelException e) {
                refusal = Failures.message(e);
            }
            if (json) {
                terminal.println(Json.writeIndented(object(file, plan, refusal)));
            } else {
                text(file, plan, refusal);
            }
        }
        return TegulaCommand.OK;
    }

    private void text(GgufFile file, Plan plan, String refusal) {
        terminal.println(format("%s: GGUF version %d, %,d bytes, %d tensors of %,d bytes%s", file.name(),
                file.version(), file.fileBytes(), file.tensors().size(), file.tensorBytes(),
                file.parts().size() > 1 ? " in " + file.parts().size() + " parts" : ""));
        terminal.println("\nMetadata");
        for (GgufMetadata.Entry entry : file.metadata().entries()) {
            String value = Json.write(value(entry));
            terminal.println(format("  %-44s %s", entry.key(), all || value.length() <= SHORT_TEXT
                    ? value
                    : value.substring(0, SHORT_TEXT) + "..."));
        }
        terminal.println("\nTensors");
        for (GgufTensor tensor : file.tensors()) {
            terminal.println(format("  %-44s %-7s %-22s %,15d bytes", tensor.name(), tensor.type(),
                    Arrays.toString(tensor.dims()), tensor.bytes()));
        }
        terminal.println("\nMemory plan");
        String lines = plan == null ? "none: " + refusal : plan.describeMemory();
        lines.lines().forEach(line -> terminal.println("  " + line));
        if (plan != null && options.weightCache() != null) {
            terminal.println(format("  of which %,d are mapped from %s", plan.cacheableBytes(),
                    options.weightCache().file()));
        }
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private Map<String, Object> object(GgufFile file, Plan plan, String refusal) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        file.metadata().entries().forEach(entry -> metadata.put(entry.key(), value(entry)));
        List<Object> tensors = new ArrayList<>();
        for (GgufTensor tensor : file.tensors()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", tensor.name());
            row.put("type", tensor.type().name());
            row.put("dims", Arrays.stream(tensor.dims()).boxed().toList());
            row.put("bytes", tensor.bytes());
            row.put("part", tensor.part());
            row.put("offset", tensor.fileOffset());
            tensors.add(row);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", file.name());
        object.put("version", file.version());
        object.put("alignment", file.alignment());
        object.put("parts", file.parts());
        object.put("file_bytes", file.fileBytes());
        object.put("tensor_bytes", file.tensorBytes());
        object.put("metadata", metadata);
        object.put("tensors", tensors);
        object.put("memory", plan == null ? null : memory(plan, options.weightCache()));
        if (refusal != null) {
            object.put("refused", refusal);
        }
        return object;
    }

    private static Map<String, Object> memory(Plan plan, WeightCache cache) {
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("weights", plan.weightBytes());
        memory.put("constants", plan.constantBytes());
        memory.put("activations", plan.activationBytes());
        memory.put("scratch", plan.scratch().totalBytes() * plan.limits().threads());
        memory.put("shared", plan.sharedBytes());
        memory.put("kv_cache", plan.kvBytes());
        memory.put("batch", plan.limits().batchBytes());
        memory.put("cold_start", plan.coldBytes());
        memory.put("total", plan.totalBytes());
        plan.device().ifPresent(part -> memory.put("device", device(part)));
        memory.put("mapped", cache == null ? 0 : plan.cacheableBytes());
        memory.put("threads", plan.limits().threads());
        memory.put("context", plan.limits().context());
        memory.put("kv_type", plan.kv().type().name());
        return memory;
    }

    private static Map<String, Object> device(DevicePlan part) {
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("id", part.device().info().id());
        memory.put("weights", part.weightBytes());
        memory.put("constants", part.constantBytes());
        memory.put("activations", part.activationBytes());
        memory.put("kv_cache", part.kvBytes());
        memory.put("layers", part.layers().size());
        memory.put("total", part.totalBytes());
        return memory;
    }

    private Object value(GgufMetadata.Entry entry) {
        return switch (entry.value()) {
            case GgufArray array -> array(array);
            case Long number when number < 0 && entry.text().charAt(0) != '-' -> new BigInteger(entry.text());
            default -> entry.value();
        };
    }

    private Object array(GgufArray array) {
        if (!all && array.size() > SHORT_ARRAY) {
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("array", array.elementType().name());
            summary.put("length", array.size());
            summary.put("begin", elements(array, SHORT_ARRAY));
            return summary;
        }
        return elements(array, array.size());
    }

    private static List<Object> elements(GgufArray array, int count) {
        List<Object> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String text = array.text(i);
            elements.add(switch (array.elementType()) {
                case STRING -> text;
                case BOOL -> Boolean.valueOf(text);
                case FLOAT32 -> Float.valueOf(text);
                case FLOAT64 -> Double.valueOf(text);
                default -> new BigInteger(text);
            });
        }
        return elements;
    }
}

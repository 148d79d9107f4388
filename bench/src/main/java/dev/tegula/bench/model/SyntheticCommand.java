package dev.tegula.bench.model;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tegula bench synthetic}: a model file to measure with, of a published model's shape and no use otherwise. */
@Command(name = "synthetic", description = "Writes a model file of a published model's shape with random weights: as fast or slow as the real one, without a "
        + "download. It takes the file's size in memory meanwhile.")
public final class SyntheticCommand implements Callable<Integer> {
    /** Shapes as the models' own configurations give them; the context is cut to what measurements need. */
    private static final Map<String, SyntheticModel> SHAPES = new TreeMap<>(Map.of("llama-3.2-1b",
            new SyntheticModel("llama", 16, 2048, 8192, 32, 8, 64, 128256, 8192, DType.Q4_0, DType.Q4_0, 1),
            "llama-3.1-8b",
            new SyntheticModel("llama", 32, 4096, 14336, 32, 8, 128, 128256, 8192, DType.Q4_0, DType.Q4_0, 1),
            "qwen3-0.6b",
            new SyntheticModel("qwen3", 28, 1024, 3072, 16, 8, 128, 151936, 8192, DType.Q4_0, DType.Q4_0, 1),
            "bitnet-2b",
            new SyntheticModel("bitnet", 30, 2560, 6912, 20, 5, 128, 128256, 4096, DType.TQ2_0, DType.F16, 1)));

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--shape", paramLabel = "MODEL", description = "llama-3.2-1b, llama-3.1-8b, qwen3-0.6b or bitnet-2b (default: llama-3.2-1b).")
    private String shape = "llama-3.2-1b";

    @Option(names = "--type", paramLabel = "FORMAT", description = "Format of all matrices, as GGUF names it (default: Q4_0).")
    private String type = "Q4_0";

    @Parameters(paramLabel = "FILE", description = "The file to write; it must not exist.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        SyntheticModel model = SHAPES.get(shape);
        if (model == null) {
            throw new ParameterException(spec.commandLine(), "--shape '" + shape + "': must be one of "
                    + SHAPES.keySet());
        }
        if (Files.exists(file)) {
            throw new ParameterException(spec.commandLine(), file + " exists already");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isWritable(folder)) {
            throw new ParameterException(spec.commandLine(), file + ": nothing can be written to " + folder);
        }
        of(model, format()).write(file);
        return 0;
    }

    /** The model with matrices of a format, the embedding, which is the output matrix too, included. */
    private static SyntheticModel of(SyntheticModel m, DType format) {
        return new SyntheticModel(m.architecture(), m.layers(), m.width(), m.feedForward(), m.heads(), m.kvHeads(),
                m.headSize(), m.vocabulary(), m.context(), format, format, m.seed());
    }

    private DType format() {
        List<String> known = Arrays.stream(DType.values())
                .filter(SyntheticCommand::isOfWeights)
                .map(DType::name)
                .toList();
        String name = type.toUpperCase(Locale.ROOT);
        if (!known.contains(name)) {
            throw new ParameterException(spec.commandLine(),
                    "--type '" + type + "': must be one of " + String.join(", ", known));
        }
        return DType.valueOf(name);
    }

    /** I2_S has a number of its own in each dialect of the file format. */
    private static boolean isOfWeights(DType type) {
        return type.ggufId() >= 0 && type != DType.I32 && type != DType.I2_S;
    }
}

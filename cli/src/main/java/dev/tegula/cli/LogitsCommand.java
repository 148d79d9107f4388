package dev.tegula.cli;

import dev.tegula.model.RawModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tegula logits}: the logits of every position of given tokens, for comparing engines. */
@Command(name = "logits", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Feeds token ids as they are and writes the F32 logits of every position to a NumPy file of shape "
        + "(tokens, vocabulary). The KV cache is f32 unless --kv is given.")
final class LogitsCommand implements Callable<Integer> {
    // Rows of one call: a row of logits takes up to a megabyte.
    private static final int MAX_CHUNK = 128;

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Option(names = "--tokens", required = true, split = ",", paramLabel = "ID", description = "Token ids.")
    private int[] tokens;

    @Option(names = "--out", required = true, paramLabel = "FILE.npy", description = "The file to write.")
    private Path out;

    @Option(names = "--chunks", split = ",", paramLabel = "N", description = "Feed the tokens in pieces of these lengths (default: as few pieces as possible).")
    private int[] chunks;

    LogitsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        checkChunks();
        int longest = chunks == null ? Math.min(tokens.length, MAX_CHUNK) : IntStream.of(chunks).max().getAsInt();
        try (RawModel model = Models.raw(options, terminal, DType.F32, longest, longest, tokens.length)) {
            // A file that is there is a whole one.
            model.check(tokens);
            write(model, longest);
        }
        return TegulaCommand.OK;
    }

    private void write(RawModel model, int longest) throws IOException {
        try (NpyWriter file = new NpyWriter(out, tokens.length, model.model().spec().vocabulary());
                Progress progress = new Progress(terminal, "computing")) {
            int fed = 0;
            for (int i = 0; fed < tokens.length; i++) {
                int count = chunks == null ? Math.min(longest, tokens.length - fed) : chunks[i];
                TensorView logits = model.feed(tokens, fed, count, count);
                for (int row = 0; row < count; row++) {
                    file.row(logits.segment(), logits.rowOffset(row));
                }
                fed += count;
                progress.update(fed, tokens.length);
            }
        }
    }

    private void checkChunks() {
        if (chunks != null && (IntStream.of(chunks).anyMatch(n -> n < 1)
                || IntStream.of(chunks).asLongStream().sum() != tokens.length)) {
            throw new ParameterException(spec.commandLine(), "--chunks must be lengths of at least 1 that sum to the "
                    + tokens.length + " tokens, was " + Arrays.toString(chunks));
        }
    }
}

package dev.tegula.cli;

import dev.tegula.model.RawModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.text.Tokenizer;
import dev.tegula.text.TokenizerLoader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tegula perplexity}: how well a model predicts a text. */
@Command(name = "perplexity", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Computes a model's perplexity on a text: exp of the mean negative log-likelihood of every token "
        + "after the first. A text longer than the context is read in windows that overlap by half; each token "
        + "is counted once.")
final class PerplexityCommand implements Callable<Integer> {
    private static final int CHUNK = 64;

    private final Terminal terminal;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Parameters(paramLabel = "TEXTFILE", description = "The text, in UTF-8; - for standard input.")
    private Path textFile;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    private double sum;
    private int counted;

    PerplexityCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        String text = textFile.toString().equals("-") ? terminal.readAll() : TextFile.read(textFile);
        int tokens;
        try (RawModel model = Models.raw(options, terminal, DType.F16, CHUNK, CHUNK, 0);
                Progress progress = new Progress(terminal, "computing")) {
            Tokenizer tokenizer = TokenizerLoader.load(model.model().file(), options.file().pre());
            int[] ids = tokenizer.encode(text, true, false);
            if (ids.length < 2) {
                throw new CommandException(textFile + ": a text of at least 2 tokens is needed, this one has "
                        + ids.length);
            }
            tokens = ids.length;
            windows(model, ids, progress);
        }
        double mean = sum / counted;
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("perplexity", Math.exp(mean));
            object.put("mean_nll", mean);
            object.put("tokens", tokens);
            object.put("predicted", counted);
            terminal.println(Json.write(object));
        } else {
            terminal.println(String.format(Locale.ROOT, "perplexity %.5f over %d tokens (mean negative log-likelihood "
                    + "%.6f)", Math.exp(mean), counted, mean));
        }
        return TegulaCommand.OK;
    }

    private void windows(RawModel model, int[] ids, Progress progress) {
        int window = Math.min(model.context(), ids.length);
        float[] row = new float[model.model().spec().vocabulary()];
        // The first token that no window has predicted yet.
        int next = 1;
        for (int start = 0; next < ids.length; start = next - Math.max(1, window / 2)) {
            model.reset();
            int end = Math.min(ids.length, start + window);
            for (int from = start; from < end; from += CHUNK) {
                int count = Math.min(CHUNK, end - from);
                TensorView logits = model.feed(ids, from, count, count);
                for (int i = 0; i < count; i++) {
                    int target = from + i + 1;
                    if (target >= next && target < ids.length) {
                        sum += negativeLogLikelihood(logits.segment(), logits.rowOffset(i), row, ids[target]);
                        counted++;
                        next = target + 1;
                    }
                }
                progress.update(next, ids.length);
            }
        }
    }

    private static double negativeLogLikelihood(MemorySegment logits, long offset, float[] row, int target) {
        MemorySegment.copy(logits, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, row, 0, row.length);
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : row) {
            largest = Math.max(largest, logit);
        }
        double total = 0;
        for (float logit : row) {
            total += Math.exp(logit - largest);
        }
        return Math.log(total) + largest - row[target];
    }
}

package dev.tegula.cli;

import dev.tegula.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tegula detokenize}: token ids to text. */
@Command(name = "detokenize", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Shows the text that token ids spell.")
final class DetokenizeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--model", paramLabel = "FILE", description = "GGUF file (default: the embedded model).")
    private Path model;

    @Mixin
    private ModelFileOptions file = new ModelFileOptions();

    @Parameters(arity = "0..*", paramLabel = "ID", split = ",", description = "Token ids (default: standard input, split at blanks and commas).")
    private List<String> ids;

    @Option(names = "--json", description = "Read lines {\"ids\": [...]} from standard input, unless ids are given, and "
            + "answer each with a line {\"text\": ...}.")
    private boolean json;

    @Option(names = "--show-control", paramLabel = "true|false", defaultValue = "true", arity = "1", description = "Spell control tokens out instead of leaving them out (default: true).")
    private boolean showControl;

    DetokenizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = file.tokenizer(model);
        if (json && ids == null) {
            JsonLines.answer(terminal, object -> answer(text(tokenizer, JsonLines.ids(object, "ids"))));
            return TegulaCommand.OK;
        }
        List<String> words = ids == null ? List.of(terminal.readAll().strip().split("[\\s,]+")) : ids;
        int[] list = words.stream().filter(word -> !word.isEmpty()).mapToInt(DetokenizeCommand::id).toArray();
        if (json) {
            answer(text(tokenizer, list));
        } else {
            terminal.println(text(tokenizer, list));
        }
        return TegulaCommand.OK;
    }

    private void answer(String text) {
        terminal.println(Json.write(Map.of("text", text)));
    }

    private String text(Tokenizer tokenizer, int[] list) {
        for (int id : list) {
            if (id < 0 || id >= tokenizer.vocabularySize()) {
                throw new CommandException("token id " + id + " is not in the vocabulary, ids go from 0 to "
                        + (tokenizer.vocabularySize() - 1));
            }
        }
        return tokenizer.decode(list, showControl);
    }

    private static int id(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new CommandException("'" + word + "' is no token id", e);
        }
    }
}

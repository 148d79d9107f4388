package dev.tegula.cli;

import dev.tegula.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tegula tokenize}: text to token ids. */
@Command(name = "tokenize", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Shows a text's token ids and pieces.")
final class TokenizeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--model", paramLabel = "FILE", description = "GGUF file (default: the embedded model).")
    private Path model;

    @Mixin
    private ModelFileOptions file = new ModelFileOptions();

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text (default: standard input).")
    private String text;

    @Option(names = "--json", description = "Read lines {\"text\": ...} from standard input, unless TEXT is given, and "
            + "answer each with a line {\"ids\": [...], \"pieces\": [...]}.")
    private boolean json;

    @Option(names = "--add-special", paramLabel = "true|false", defaultValue = "false", description = "Add the tokens the model wants at the ends of a text (default: false).", arity = "1")
    private boolean addSpecial;

    @Option(names = "--parse-special", paramLabel = "true|false", defaultValue = "true", description = "Take spellings of special tokens for these tokens (default: true).", arity = "1")
    private boolean parseSpecial;

    TokenizeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = file.tokenizer(model);
        if (!json) {
            String input = text == null ? terminal.readAll() : text;
            for (int id : tokenizer.encode(input, addSpecial, parseSpecial)) {
                terminal.println(id + "\t" + Json.write(tokenizer.piece(id)));
            }
        } else if (text != null) {
            answer(tokenizer, text);
        } else {
            JsonLines.answer(terminal, object -> answer(tokenizer, JsonLines.string(object, "text")));
        }
        return TegulaCommand.OK;
    }

    private void answer(Tokenizer tokenizer, String input) {
        int[] ids = tokenizer.encode(input, addSpecial, parseSpecial);
        List<String> pieces = new ArrayList<>(ids.length);
        for (int id : ids) {
            pieces.add(tokenizer.piece(id));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ids", ids);
        answer.put("pieces", pieces);
        terminal.println(Json.write(answer));
    }
}

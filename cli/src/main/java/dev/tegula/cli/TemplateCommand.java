package dev.tegula.cli;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.text.SpecialToken;
import dev.tegula.text.TokenizerLoader;
import dev.tegula.text.Vocabulary;
import dev.tegula.text.template.ChatTemplate;
import dev.tegula.text.template.TemplateException;
import dev.tegula.text.template.TemplateOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tegula template}: the prompt that a chat would send. */
@Command(name = "template", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Shows the prompt that a chat would send.")
final class TemplateCommand implements Callable<Integer> {
    /** Where the template is. */
    static final class Source {
        @Option(names = "--model", paramLabel = "FILE", description = "GGUF file with the template (default: the embedded model).")
        private Path model;

        @Option(names = "--template", paramLabel = "FILE.jinja", description = "The template itself.")
        private Path template;
    }

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true)
    private Source source = new Source();

    @Mixin
    private ModelFileOptions file = new ModelFileOptions();

    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "What the user says (default: standard input).")
    private String prompt;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message before it.")
    private String system;

    @Option(names = "--json", description = "Read lines {\"messages\": [...], \"tools\": [...], "
            + "\"add_generation_prompt\": true, ...} from standard input and answer each with a line {\"text\": ...} or "
            + "{\"error\": \"raised\"|\"syntax\"|\"runtime\"|\"limit\"|\"input\", \"message\": ...}. With "
            + "\"continue_final_message\": true the text ends where the last message ends; any further key is a "
            + "variable of the template.")
    private boolean json;

    @Option(names = "--now", paramLabel = "TIME", description = "The template's clock, for example 2026-01-31T12:00:00 (default: now).")
    private LocalDateTime now;

    private TemplateOptions limits;

    TemplateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (json && (prompt != null || system != null)) {
            throw new ParameterException(spec.commandLine(),
                    "--json reads the messages from standard input; PROMPT and --system do not go with it");
        }
        ZoneId zone = ZoneId.systemDefault();
        limits = now == null
                ? TemplateOptions.DEFAULT
                : TemplateOptions.DEFAULT.withClock(Clock.fixed(now.atZone(zone).toInstant(), zone));
        Map<String, Object> tokens = new LinkedHashMap<>();
        String text = source.template == null ? fromModel(tokens) : TextFile.read(source.template);
        if (json) {
            answerLines(text, tokens);
            return TegulaCommand.OK;
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Map.of("role", "system", "content", system));
        }
        messages.add(Map.of("role", "user", "content", prompt == null ? terminal.readAll() : prompt));
        terminal.println(ChatTemplate.compile(text).renderChat(messages, null, true, false, tokens, limits));
        return TegulaCommand.OK;
    }

    private String fromModel(Map<String, Object> tokens) throws IOException {
        try (GgufFile gguf = file.open(source.model)) {
            String text = gguf.metadata()
                    .findString("tokenizer.chat_template")
                    .orElseThrow(() -> new CommandException(
                            gguf.name() + ": the model has no chat template (tokenizer.chat_template)"));
            Vocabulary vocabulary = TokenizerLoader.load(gguf, file.pre()).vocabulary();
            for (SpecialToken role : List.of(SpecialToken.BOS, SpecialToken.EOS, SpecialToken.UNK, SpecialToken.PAD)) {
                int id = vocabulary.special(role);
                if (id >= 0) {
                    tokens.put(role.name().toLowerCase(Locale.ROOT) + "_token", vocabulary.text(id));
                }
            }
            return text;
        }
    }

    private void answerLines(String text, Map<String, Object> tokens) {
        ChatTemplate template = null;
        TemplateException fault = null;
        try {
            template = ChatTemplate.compile(text);
        } catch (TemplateException e) {
            fault = e;
        }
        for (String line = terminal.readLine(); line != null; line = terminal.readLine()) {
            if (!line.isBlank()) {
                terminal.println(Json.write(fault == null ? answer(template, line, tokens) : error(fault)));
                terminal.flush();
            }
        }
    }

    private Map<String, Object> answer(ChatTemplate template, String line, Map<String, Object> tokens) {
        try {
            return Map.of("text", render(template, Json.parseObject(line), tokens));
        } catch (TemplateException e) {
            return error(e);
        } catch (CommandException | IllegalArgumentException e) {
            return error("input", e.getMessage());
        }
    }

    private static Map<String, Object> error(TemplateException e) {
        boolean raised = e.kind() == TemplateException.Kind.RAISED;
        return error(e.kind().name().toLowerCase(Locale.ROOT), raised ? e.detail() : e.getMessage());
    }

    private static Map<String, Object> error(String word, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("error", word);
        error.put("message", message);
        return error;
    }

    private String render(ChatTemplate template, Map<?, ?> object, Map<String, Object> tokens) {
        Map<String, Object> variables = new LinkedHashMap<>(tokens);
        object.forEach((key, value) -> variables.put((String) key, value));
        return template.renderChat(messages(variables.remove("messages")), tools(variables.remove("tools")),
                flag(variables, "add_generation_prompt"), flag(variables, "continue_final_message"), variables, limits);
    }

    private static List<?> tools(Object value) {
        if (value != null && !(value instanceof List<?>)) {
            throw new CommandException("\"tools\" must be an array");
        }
        return (List<?>) value;
    }

    private static boolean flag(Map<String, Object> variables, String name) {
        Object value = variables.remove(name);
        if (value != null && !(value instanceof Boolean)) {
            throw new CommandException("\"" + name + "\" must be true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    private static List<Map<String, Object>> messages(Object value) {
        if (!(value instanceof List<?> list)) {
            throw new CommandException("\"messages\" must be an array of objects");
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof Map<?, ?> object)) {
                throw new CommandException("\"messages\" must be an array of objects");
            }
            Map<String, Object> message = new LinkedHashMap<>();
            object.forEach((key, field) -> message.put((String) key, field));
            messages.add(message);
        }
        return messages;
    }
}

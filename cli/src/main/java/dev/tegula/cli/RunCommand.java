package dev.tegula.cli;

import dev.tegula.engine.Engine;
import dev.tegula.engine.GenerationResult;
import dev.tegula.engine.Request;
import dev.tegula.engine.Session;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tegula run}: one prompt, one text. */
@Command(name = "run", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Generates text for a prompt.")
final class RunCommand implements Callable<Integer> {
    private static final String DEMO_PROMPT = "Tell me a fable about an owl and a lantern.";

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "The prompt; after -- if it begins with - (default: "
            + "standard input; for the embedded model with nothing there, \"" + DEMO_PROMPT + "\").")
    private String prompt;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Mixin
    private GenerationOptionsMixin generation = new GenerationOptionsMixin();

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message before the prompt.")
    private String system;

    @Option(names = "--raw", description = "No chat template: continue the prompt as it is.")
    private boolean raw;

    @Option(names = "--json", description = "At the end one JSON object with text, ids, timings and the reason for stopping, instead of the text.")
    private boolean json;

    RunCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (raw && system != null) {
            throw new ParameterException(spec.commandLine(),
                    "--system needs the chat template, which --raw leaves out");
        }
        generation.check();
        String text = prompt();
        try (Engine engine = Models.open(options, terminal); Session session = engine.newSession()) {
            if (!raw) {
                Models.requireTemplate(engine, "--raw continues the prompt as it is");
            }
            Request.Builder request = raw ? Request.text(text) : Request.chat(text);
            if (system != null) {
                request.system(system);
            }
            generation.apply(request, engine.samplingDefaults());
            GenerationResult result = generate(session, request);
            if (json) {
                terminal.println(Json.write(Answers.object(result)));
            } else {
                terminal.println("");
                terminal.flush();
                if (terminal.errIsTerminal() || generation.drawsFromFreshSeed(engine.samplingDefaults())) {
                    terminal.err().println("tegula: " + Answers.line(result));
                }
            }
        }
        return TegulaCommand.OK;
    }

    private GenerationResult generate(Session session, Request.Builder request) {
        try (Progress progress = new Progress(terminal, "prefill", "positions")) {
            request.onPrefill(progress::update);
            return session.generate(request.build(), piece -> {
                progress.close();
                if (!json) {
                    show(piece);
                }
            });
        }
    }

    private void show(String piece) {
        terminal.print(piece);
        terminal.flush();
    }

    private String prompt() {
        if (prompt != null) {
            return prompt;
        }
        String text = terminal.inIsTerminal() ? "" : terminal.readAll();
        if (!text.isBlank()) {
            // A text file's last line feed is the editor's, not the author's.
            return text.endsWith("\n") && !raw ? text.stripTrailing() : text;
        }
        if (options.model() != null) {
            throw new ParameterException(spec.commandLine(), "no prompt: give it as an argument or on standard input");
        }
        if (terminal.errIsTerminal()) {
            terminal.err().println("> " + DEMO_PROMPT);
        }
        return DEMO_PROMPT;
    }
}

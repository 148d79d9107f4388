package dev.tegula.cli;

import dev.tegula.engine.Engine;
import dev.tegula.engine.GenerationResult;
import dev.tegula.engine.Message;
import dev.tegula.engine.Request;
import dev.tegula.engine.Session;
import dev.tegula.engine.TokenStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tegula chat}: a conversation. */
@Command(name = "chat", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Holds a conversation. Type /help in it for its commands.")
final class ChatCommand implements Callable<Integer> {
    private static final String HELP = """
            /help         this list
            /reset        forget the conversation
            /stats        counts and speed of the last answer
            /save FILE    write the conversation as JSON, as 'tegula template --json' reads it
            /quit         end; the end of the input does the same
            A line that ends with \\ goes on in the next; lines between two lines of \"\"\" are one message.
            Ctrl-C ends an answer.""";

    private final Terminal terminal;

    @Mixin
    private ModelOptionsMixin options = new ModelOptionsMixin();

    @Mixin
    private GenerationOptionsMixin generation = new GenerationOptionsMixin();

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message for the whole conversation.")
    private String system;

    private GenerationResult last;
    private boolean failed;

    ChatCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        generation.check();
        try (Engine engine = Models.open(options, terminal); Session session = engine.newSession()) {
            Models.requireTemplate(engine, "'run --raw' continues a prompt as it is");
            try (ChatLines lines = ChatLines.open(terminal)) {
                ChatInput input = new ChatInput(lines::read);
                for (ChatInput.Input next = input.next(); next != null; next = input.next()) {
                    String stripped = next.text().strip();
                    if (next.isCommand()) {
                        if (stripped.equals("/quit")) {
                            break;
                        }
                        obey(stripped, session);
                    } else if (!stripped.isEmpty()) {
                        answer(next.text(), engine, session, lines);
                    }
                }
            }
        }
        // A person has read why; a program that feeds the conversation looks at the status.
        return failed && !terminal.inIsTerminal() ? TegulaCommand.FAILED : TegulaCommand.OK;
    }

    private void answer(String message, Engine engine, Session session, ChatLines lines) {
        Request.Builder request = Request.chat(message);
        if (system != null) {
            request.system(system);
        }
        generation.apply(request, engine.samplingDefaults());
        try (Progress progress = new Progress(terminal, "prefill", "positions")) {
            request.onPrefill(progress::update);
            TokenStream stream;
            try {
                stream = session.submit(request.build());
            } catch (IllegalArgumentException e) {
                // Most often the conversation has outgrown the context; the user can still save or reset it.
                terminal.err()
                        .println("tegula: " + Failures.message(e)
                                + (session.messages().isEmpty() ? "" : " (/reset forgets the conversation)"));
                failed = true;
                return;
            }
            show(stream, progress, lines);
        }
        say("");
    }

    private void show(TokenStream stream, Progress progress, ChatLines lines) {
        try (ChatLines.Interrupt ignored = lines.onInterrupt(stream::cancel)) {
            for (String piece : stream) {
                progress.close();
                terminal.print(piece);
                terminal.flush();
            }
            last = stream.result();
        } finally {
            stream.cancel();
        }
    }

    private void obey(String command, Session session) {
        String[] words = command.split("\\s+", 2);
        switch (words[0]) {
            case "/help" -> say(HELP);
            case "/reset" -> {
                session.reset();
                last = null;
                say("The conversation is forgotten.");
            }
            case "/stats" -> say(last == null ? "There is no answer yet." : Answers.line(last));
            case "/save" -> save(words.length < 2 ? "" : words[1], session.messages());
            default -> say("There is no command " + words[0] + "; /help lists those there are.");
        }
    }

    private void save(String name, List<Message> messages) {
        if (name.isEmpty()) {
            say("/save needs a file name.");
            return;
        }
        try {
            List<Map<String, Object>> fields = messages.stream().map(Message::fields).toList();
            Files.writeString(Path.of(name), Json.write(Map.of("messages", fields)) + "\n");
            say("Saved " + messages.size() + " messages to " + name + ".");
        } catch (InvalidPathException e) {
            say("Not saved: " + e.getMessage());
        } catch (IOException e) {
            say("Not saved: " + Failures.message(e));
        }
    }

    private void say(String line) {
        terminal.println(line);
        terminal.flush();
    }
}

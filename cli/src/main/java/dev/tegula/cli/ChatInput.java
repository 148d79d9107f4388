package dev.tegula.cli;

import java.util.function.Function;

/**
 * Turns lines into messages: a line that ends with a backslash goes on in the next, and all lines between two lines of
 * three quotation marks are one message.
 */
final class ChatInput {
    /**
     * What the user has said.
     *
     * @param text its lines
     * @param fenced whether it stood between fences, and so is no command whatever it begins with
     */
    record Input(String text, boolean fenced) {
        /** Whether it is a command, for example {@code /help}. */
        boolean isCommand() {
            return !fenced && text.strip().startsWith("/");
        }
    }

    private static final String FENCE = "\"\"\"";
    private static final String FIRST = "> ";
    private static final String NEXT = ". ";

    private final Function<String, String> lines;

    /** @param lines given the text to ask with, reads a line without its end, or null when there are no more */
    ChatInput(Function<String, String> lines) {
        this.lines = lines;
    }

    /** The next message, or null at the end. */
    Input next() {
        String line = lines.apply(FIRST);
        if (line == null) {
            return null;
        }
        return line.strip().equals(FENCE) ? new Input(fenced(), true) : new Input(continued(line), false);
    }

    private String fenced() {
        StringBuilder message = new StringBuilder();
        for (String line = lines.apply(NEXT); line != null && !line.strip().equals(FENCE); line = lines.apply(NEXT)) {
            message.append(message.isEmpty() ? "" : "\n").append(line);
        }
        return message.toString();
    }

    private String continued(String first) {
        StringBuilder message = new StringBuilder();
        String line = first;
        while (line != null && line.endsWith("\\")) {
            message.append(line, 0, line.length() - 1).append('\n');
            line = lines.apply(NEXT);
        }
        return message.append(line == null ? "" : line).toString();
    }
}

package dev.tegula.cli;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Lines of JSON objects on standard input, each answered before the next is read. */
final class JsonLines {
    private JsonLines() {}

    /**
     * Hands every line that is not blank to an action and sends what it printed.
     *
     * @throws CommandException if a line is no JSON object or the action refuses it; the message begins with its number
     */
    static void answer(Terminal terminal, Consumer<Map<?, ?>> action) {
        int number = 0;
        for (String line = terminal.readLine(); line != null; line = terminal.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                action.accept(Json.parseObject(line));
            } catch (CommandException e) {
                throw new CommandException("standard input, line " + number + ": " + e.getMessage(), e);
            }
            terminal.flush();
        }
    }

    /** The string under a key. */
    static String string(Map<?, ?> object, String key) {
        if (object.get(key) instanceof String text) {
            return text;
        }
        throw new CommandException("\"" + key + "\" must be a string");
    }

    /** The array of token ids under a key. */
    static int[] ids(Map<?, ?> object, String key) {
        if (object.get(key) instanceof List<?> list
                && list.stream().allMatch(id -> id instanceof Long n && n.intValue() == n)) {
            return list.stream().mapToInt(id -> ((Long) id).intValue()).toArray();
        }
        throw new CommandException("\"" + key + "\" must be an array of token ids");
    }
}

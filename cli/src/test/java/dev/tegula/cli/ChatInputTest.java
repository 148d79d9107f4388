package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatInputTest {
    private static List<ChatInput.Input> inputs(String text) {
        Iterator<String> lines = text.lines().iterator();
        ChatInput input = new ChatInput(prompt -> lines.hasNext() ? lines.next() : null);
        List<ChatInput.Input> inputs = new ArrayList<>();
        for (ChatInput.Input next = input.next(); next != null; next = input.next()) {
            inputs.add(next);
        }
        return inputs;
    }

    private static List<String> messages(String text) {
        return inputs(text).stream().map(ChatInput.Input::text).toList();
    }

    @Test
    void betweenFencesNothingIsACommand() {
        assertEquals(List.of(true, false, false, true),
                inputs(" /help\n\"\"\"\n/usr/bin\nis a folder\n\"\"\"\nis it /usr?\n/quit").stream()
                        .map(ChatInput.Input::isCommand)
                        .toList());
    }

    @Test
    void aLineIsAMessage() {
        assertEquals(List.of("one", "", "two"), messages("one\n\ntwo"));
    }

    @Test
    void aBackslashContinues() {
        assertEquals(List.of("one\ntwo\nthree", "four"), messages("one\\\ntwo\\\nthree\nfour"));
        assertEquals(List.of("one\n"), messages("one\\"));
    }

    @Test
    void fencesHoldLinesTogether() {
        assertEquals(List.of("a\n\nb \\\n/quit", "c"), messages("\"\"\"\na\n\nb \\\n/quit\n\"\"\"\nc"));
        assertEquals(List.of("a"), messages("\"\"\"\na"));
        assertEquals(List.of(""), messages("\"\"\"\n\"\"\""));
    }
}

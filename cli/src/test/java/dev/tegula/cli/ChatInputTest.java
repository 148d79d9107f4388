package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatInputTest {
    private static List<String> messages(String text) {
        Iterator<String> lines = text.lines().iterator();
        ChatInput input = new ChatInput(prompt -> lines.hasNext() ? lines.next() : null);
        List<String> messages = new ArrayList<>();
        for (String message = input.next(); message != null; message = input.next()) {
            messages.add(message);
        }
        return messages;
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

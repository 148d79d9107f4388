package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatCommandTest {
    private static final String BEE = "Tell me a fable about a bee and a kite.";

    @Test
    void answersMessagesAndObeysCommands(@TempDir Path folder) throws IOException {
        Path saved = folder.resolve("talk to me.json");
        Cli cli = Cli.runWith("/stats\n" + BEE + "\n/stats\n/save " + saved + "\n/help\n/nonsense\n/quit\nnever read\n",
                "chat", "--greedy", "--max-tokens", "30").ok();
        List<String> lines = cli.out().lines().toList();
        assertEquals("There is no answer yet.", lines.get(0));
        assertTrue(lines.get(1).contains("bee"), lines.get(1));
        assertTrue(cli.out().contains("30 tokens at "), cli.out());
        assertTrue(cli.out().contains("/reset"));
        assertTrue(cli.out().contains("There is no command /nonsense"));
        assertFalse(cli.out().contains("never read"));
        List<?> messages = (List<?>) Json.parseObject(Files.readString(saved)).get("messages");
        assertEquals(Map.of("role", "user", "content", BEE), messages.get(0));
        String answer = ((Map<?, ?>) messages.get(1)).get("content").toString();
        assertTrue(cli.out().contains(answer) && answer.contains("bee"));
        // What was saved is what the template command reads.
        String prompt = Cli.runWith(Files.readString(saved), "template", "--json")
                .ok()
                .objects()
                .getFirst()
                .get("text")
                .toString();
        assertEquals("<|user|>" + BEE + "<|assistant|>" + answer + "<|end|>", prompt);
    }

    @Test
    void aFencedMessageMayBeginWithASlash() {
        Cli cli = Cli.runWith("\"\"\"\n/quit\n\"\"\"\n/stats\n", "chat", "--greedy", "--max-tokens", "3").ok();
        assertTrue(cli.out().contains("3 tokens at "), cli.out());
    }

    @Test
    void resetForgetsTheConversation() {
        Cli cli = Cli.runWith(BEE + "\n/reset\n/stats\n" + BEE + "\n", "chat", "--greedy", "--max-tokens", "20").ok();
        List<String> lines = cli.out().lines().toList();
        assertEquals(List.of("The conversation is forgotten.", "There is no answer yet."), lines.subList(1, 3));
        assertEquals(lines.get(0), lines.get(3));
    }

    @Test
    void aConversationThatOutgrowsTheContextGoesOnAfterReset() {
        Cli cli = Cli.runWith(BEE + "\n" + BEE + "\n/reset\n" + BEE + "\n", "chat", "--greedy", "--context", "32");
        List<String> lines = cli.out().lines().toList();
        assertTrue(cli.err().contains("/reset forgets the conversation"), cli.err());
        assertEquals(TegulaCommand.FAILED, cli.status());
        assertEquals(lines.get(0), lines.get(2));
    }

    @Test
    void wrongValuesAreSeenBeforeTheFirstLine() {
        Cli cli = Cli.runWith("", "chat", "--max-tokens", "0");
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains("--max-tokens must be at least 1"), cli.err());
    }

    @Test
    void aFileThatCannotBeWrittenEndsNothing() {
        Cli cli = Cli.runWith("/save /no/such/folder/x.json\n/save\n/quit\n", "chat").ok();
        assertEquals(List.of("Not saved: /no/such/folder/x.json: no such file", "/save needs a file name."),
                cli.out().lines().toList());
    }
}

package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatLinesTest {
    @TempDir
    private Path folder;

    @Test
    void historyIsWhereTheUsersStateIs() {
        Path state = folder.resolve("state");
        Optional<Path> given = ChatLines.historyFile(state.toString(), "/no/such/home");
        assertEquals(Optional.of(state.resolve("tegula/history")), given);
        for (String none : new String[]{null, ""}) {
            assertEquals(Optional.of(folder.resolve(".local/state/tegula/history")),
                    ChatLines.historyFile(none, folder.toString()));
        }
    }

    @Test
    void whereNothingCanBeWrittenThereIsNone() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertEquals(Optional.empty(), ChatLines.historyFile(file.toString(), folder.toString()));
        assertEquals(Optional.empty(), ChatLines.historyFile(null, file.toString()));
        assertEquals(Optional.empty(), ChatLines.historyFile("\0", folder.toString()));
    }
}

package dev.tegula.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text files. */
final class TextFile {
    private TextFile() {}

    /**
     * The whole text.
     *
     * @throws CommandException if it is not UTF-8; Java's own message has neither the file nor the fault
     */
    static String read(Path path) throws IOException {
        try {
            return Files.readString(path);
        } catch (CharacterCodingException e) {
            throw new CommandException(path + ": not a text in UTF-8");
        }
    }
}

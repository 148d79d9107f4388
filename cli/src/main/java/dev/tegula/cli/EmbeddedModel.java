package dev.tegula.cli;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import java.io.IOException;
import java.io.InputStream;

/** The small model inside the program, used where no other is named: it writes fables about the animals asked for. */
final class EmbeddedModel {
    /** What messages call it. */
    static final String NAME = "fable-ternary.gguf";

    private EmbeddedModel() {}

    /** Reads it into memory. */
    static GgufFile open(GgufOptions options) throws IOException {
        try (InputStream stream = stream()) {
            return GgufFile.read(stream, NAME, options);
        }
    }

    /** Its bytes. */
    static InputStream stream() {
        return EmbeddedModel.class.getResourceAsStream(NAME);
    }
}

package dev.tegula.cli;

import dev.tegula.file.gguf.GgufDialect;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.text.Tokenizer;
import dev.tegula.text.TokenizerLoader;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a model file is read: the options that say so, and the reading. */
final class ModelFileOptions {
    @Option(names = "--dialect", paramLabel = "NAME", converter = DialectConverter.class, description = "Whose tensor type numbers the file uses: none, bitnet-x86, bitnet-arm (for I2_S).")
    private GgufDialect dialect = GgufDialect.NONE;

    @Option(names = "--no-mmap", description = "Read the file's tensors instead of mapping them into memory.")
    private boolean noMmap;

    @Option(names = "--pre", paramLabel = "NAME", description = "Pre-tokenizer to use instead of the one the file names.")
    private String pre;

    /** What the options say about reading a file. */
    GgufOptions gguf() {
        return GgufOptions.defaults().withDialect(dialect).withNoMmap(noMmap);
    }

    /** The pre-tokenizer asked for, or null for the file's own. */
    String pre() {
        return pre;
    }

    /** Opens a model file, or the embedded model for null. */
    GgufFile open(Path model) throws IOException {
        return model == null ? EmbeddedModel.open(gguf()) : GgufFile.open(model, gguf());
    }

    /** The tokenizer of a model file, or of the embedded model for null. */
    Tokenizer tokenizer(Path model) throws IOException {
        try (GgufFile file = open(model)) {
            return TokenizerLoader.load(file, pre);
        }
    }

    /** Reads a dialect by the name users write. */
    static final class DialectConverter implements ITypeConverter<GgufDialect> {
        @Override
        public GgufDialect convert(String value) {
            try {
                return GgufDialect.of(value);
            } catch (IllegalArgumentException e) {
                // The usual message has the names of Java's classes.
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}

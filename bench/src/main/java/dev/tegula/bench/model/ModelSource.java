package dev.tegula.bench.model;

import dev.tegula.engine.Engine;
import dev.tegula.engine.EngineOptions;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a model comes from.
 *
 * @param file a GGUF file; the small model of the command line where there is none
 */
public record ModelSource(Optional<Path> file) {
    /** The model that the command line has inside; the launcher puts its folder on the class path. */
    private static final String EMBEDDED = "dev/tegula/cli/fable-ternary.gguf";

    /** A file. */
    public static ModelSource of(Path file) {
        return new ModelSource(Optional.of(file));
    }

    /** The embedded model, where it is on the class path. */
    public static Optional<ModelSource> embedded() {
        return ClassLoader.getSystemResource(EMBEDDED) == null
                ? Optional.empty()
                : Optional.of(new ModelSource(Optional.empty()));
    }

    /** The file's name. */
    public String name() {
        return file.map(Path::getFileName)
                .map(Path::toString)
                .orElse(EMBEDDED.substring(EMBEDDED.lastIndexOf('/') + 1));
    }

    /** What names it on the command line. */
    public List<String> option() {
        return file.map(path -> List.of("--model", path.toString())).orElse(List.of());
    }

    /**
     * Opens the file.
     *
     * @throws IOException when it is not there or cannot be read
     */
    public GgufFile open() throws IOException {
        if (file.isPresent()) {
            return GgufFile.open(file.get());
        }
        try (InputStream stream = stream()) {
            return GgufFile.read(stream, name(), GgufOptions.defaults());
        }
    }

    /**
     * Opens an engine with it.
     *
     * @throws IOException when it is not there or cannot be read
     */
    Engine engine(EngineOptions options) throws IOException {
        if (file.isPresent()) {
            return Engine.open(file.get(), options);
        }
        try (InputStream stream = stream()) {
            return Engine.open(stream, name(), options);
        }
    }

    private static InputStream stream() throws IOException {
        InputStream stream = ClassLoader.getSystemResourceAsStream(EMBEDDED);
        if (stream == null) {
            throw new IOException("the embedded model " + EMBEDDED + " is not on the class path");
        }
        return stream;
    }
}

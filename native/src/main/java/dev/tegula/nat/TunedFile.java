package dev.tegula.nat;

import dev.tegula.kernel.CacheFolder;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * The file that keeps what {@link Tuner} has found for an instruction set: a line per kind of linear layer, and what they
 * hold for, which is a model of CPU and a build of the library. It is written beside its place and renamed. One that holds for
 * another machine or build, or cannot be read, is passed over after a line in the log.
 *
 * @param file its path; empty where this user has no place for one
 * @param isa the instruction set
 * @param cpu the model of CPU; asked for only when there is a file
 * @param library a checksum of the library; the same
 */
record TunedFile(Optional<Path> file, Isa isa, Supplier<String> cpu, Supplier<String> library) {
    private static final String VERSION = "1";
    /** More than any has. */
    private static final int MAX_BYTES = 1 << 14;

    /** That of an instruction set on this machine. */
    static TunedFile of(Isa isa) {
        return new TunedFile(CacheFolder.find().map(f -> f.resolve("blocking-" + isa.engine() + ".properties")), isa,
                () -> Cpu.name(Path.of("/")), NativeLoader::checksum);
    }

    /** What it holds, if there is one that holds for this machine. */
    Optional<Blockings> read() {
        if (file.isEmpty() || !Files.isRegularFile(file.get())) {
            return Optional.empty();
        }
        try {
            if (Files.size(file.get()) > MAX_BYTES) {
                throw new IllegalArgumentException("longer than " + MAX_BYTES + " bytes");
            }
            Properties lines = new Properties();
            lines.load(new StringReader(Files.readString(file.get())));
            Optional<String> stale = stale(lines);
            if (stale.isPresent()) {
                log(Level.INFO, stale.get());
                return Optional.empty();
            }
            Map<LinearKind, Blocking> blockings = new EnumMap<>(LinearKind.class);
            for (LinearKind kind : LinearKind.values()) {
                blockings.put(kind, Blocking.parse(value(lines, kind.label())).checked(isa, kind));
            }
            return Optional.of(new Blockings(blockings, "measured " + value(lines, "date") + ", " + file.get()));
        } catch (IOException | IllegalArgumentException e) {
            log(Level.WARNING, "cannot be used: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** What in its key is not this machine's. */
    private Optional<String> stale(Properties lines) {
        Properties mine = key();
        return mine.stringPropertyNames()
                .stream()
                .sorted()
                .filter(name -> !mine.getProperty(name).equals(value(lines, name)))
                .map(name -> "is of another " + name + " (" + value(lines, name) + ")")
                .findFirst();
    }

    private Properties key() {
        Properties key = new Properties();
        key.setProperty("version", VERSION);
        key.setProperty("engine", isa.engine());
        key.setProperty("cpu", cpu.get());
        key.setProperty("library", library.get());
        return key;
    }

    private static String value(Properties lines, String name) {
        String value = lines.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("it has no line '" + name + "'");
        }
        return value;
    }

    private void log(Level level, String what) {
        System.getLogger("dev.tegula.nat")
                .log(level, "{0} {1}; the blocking of the table is used. 'tegula tune' measures again.", file.get(),
                        what);
    }

    /**
     * Makes its folder, so that nobody measures what cannot be kept.
     *
     * @throws IOException as {@link #write} does
     */
    void prepare() throws IOException {
        CacheFolder.prepare(CacheFolder.require(file));
    }

    /**
     * Writes it.
     *
     * @param date of the measurement, for people
     * @return where
     * @throws IOException when this user has no place for it, or it cannot be written
     */
    Path write(Blockings blockings, String date) throws IOException {
        Path to = CacheFolder.require(file);
        Properties lines = key();
        lines.setProperty("date", date);
        blockings.byKind().forEach((kind, blocking) -> lines.setProperty(kind.label(), blocking.toString()));
        StringWriter text = new StringWriter();
        lines.store(text, "Made by 'tegula tune'; may be deleted.");
        CacheFolder.write(to, text.toString());
        return to;
    }
}

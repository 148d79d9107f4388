package dev.tegula.bench.report;

import dev.tegula.bench.Failures;
import dev.tegula.bench.Json;
import dev.tegula.bench.timing.Clock;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Reports as JSON files. */
final class ReportFile {
    /** Many times as long as any. */
    private static final long MAX_BYTES = 64 << 20;

    private ReportFile() {}

    /** A report as JSON. */
    static String json(Report report) {
        return Json.write(report) + "\n";
    }

    /**
     * Reads a report.
     *
     * @throws IOException when it cannot be read, or is no report of this version; the message names the file
     */
    static Report read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("longer than " + MAX_BYTES + " bytes");
            }
            return Json.read(Files.readString(file), Report.SCHEMA, Report.class,
                    Map.of("clock", Clock.NOT_NOTED, "command", ""));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        } catch (Json.DamagedException e) {
            throw new IOException(file + " is no report: " + e.getMessage(), e);
        } catch (FileSystemException e) {
            throw new IOException(Failures.message(e), e);
        } catch (MalformedInputException e) {
            throw new IOException(file + " is no report: it is no text in UTF-8", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }
}

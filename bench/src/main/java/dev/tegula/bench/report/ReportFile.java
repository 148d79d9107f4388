package dev.tegula.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reports as JSON files. */
final class ReportFile {
    /** Many times as long as any. */
    private static final long MAX_BYTES = 64 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ReportFile() {}

    /** A report as JSON. */
    static String json(Report report) throws IOException {
        return JSON.writeValueAsString(report) + "\n";
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
            JsonNode tree = JSON.readTree(Files.readString(file));
            int schema = tree.path("schema").asInt();
            if (schema != Report.SCHEMA) {
                throw new IOException("its schema is " + tree.path("schema").asText("missing") + ", not "
                        + Report.SCHEMA);
            }
            return JSON.treeToValue(tree, Report.class);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is no report: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }
}

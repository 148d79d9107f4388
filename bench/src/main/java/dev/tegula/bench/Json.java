package dev.tegula.bench;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Records as JSON with the version of their form in {@code schema}. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** What the parser says of itself and of our classes, in the middle of what it says of the text. */
    private static final Pattern JARGON = Pattern.compile("\\s*\\([^()]*\\[Source: [^\\]]*\\]\\)"
            + "| of type `[^`]*`| \\(token `[^`]*`\\)|Cannot construct instance of `[^`]*`, problem: "
            + "| \\(class [^)]*\\), not marked as ignorable.*|(?: \\(index \\d+\\))?; `DeserializationFeature.*");

    private Json() {}

    /** The text is not what it should be; the message says what is wrong with it, and where. */
    public static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1;

        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** A record as JSON. */
    public static String write(Object record) {
        try {
            return MAPPER.writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A record from JSON.
     *
     * @param schema the version that is understood
     * @param later fields that were added to this version, and what they are where they are absent
     * @throws DamagedException when it is no JSON, or not of such a record
     * @throws IllegalArgumentException when it is of another version
     */
    public static <T> T read(String text, int schema, Class<T> type, Map<String, ?> later) throws DamagedException {
        if (text.isBlank()) {
            throw new DamagedException("it is empty", null);
        }
        try {
            return read(MAPPER.readTree(text), schema, type, later);
        } catch (JsonProcessingException e) {
            throw new DamagedException(words(e), e);
        }
    }

    private static <T> T read(JsonNode tree, int schema, Class<T> type, Map<String, ?> later)
            throws JsonProcessingException {
        if (tree.path("schema").asInt() != schema) {
            throw new IllegalArgumentException(
                    "its schema is " + tree.path("schema").asText("missing") + ", this version reads " + schema
                            + " only; measure again");
        }
        ObjectNode fields = (ObjectNode) tree;
        later.forEach((name, value) -> {
            if (!fields.has(name)) {
                fields.set(name, MAPPER.valueToTree(value));
            }
        });
        return MAPPER.treeToValue(fields, type);
    }

    /** What is wrong and where, without the names of classes and places that mean something to programmers only. */
    private static String words(JsonProcessingException e) {
        String what = switch (e) {
            case JsonEOFException end -> "unexpected end of input";
            case JsonMappingException field when !field.getPath().isEmpty() -> place(field) + ": " + plain(field);
            default -> plain(e);
        };
        // A tree has lost where it came from.
        JsonLocation location = e.getLocation();
        return location == null || location.getLineNr() < 1
                ? what
                : what + " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static String plain(JsonProcessingException e) {
        return JARGON.matcher(e.getOriginalMessage()).replaceAll("").lines().findFirst().orElse("").strip();
    }

    /** Such as {@code rows[3].rate}. */
    private static String place(JsonMappingException e) {
        return e.getPath()
                .stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }
}

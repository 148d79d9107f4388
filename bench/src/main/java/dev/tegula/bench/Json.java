package dev.tegula.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.Map;

/** Records as JSON with the version of their form in {@code schema}. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

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
     * @throws JsonProcessingException when it is no JSON, or not of such a record
     * @throws IllegalArgumentException when it is of another version
     */
    public static <T> T read(String text, int schema, Class<T> type, Map<String, ?> later)
            throws JsonProcessingException {
        JsonNode tree = MAPPER.readTree(text);
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
}

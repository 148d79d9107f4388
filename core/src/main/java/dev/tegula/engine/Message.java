package dev.tegula.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One message of a conversation, as chat templates see it.
 *
 * @param role who speaks: system, user, assistant, tool or whatever the model's template knows
 * @param content the text
 * @param extra further fields of the message that a template reads, {@code tool_calls} for example: strings, numbers,
 *            booleans, lists and maps of them
 */
public record Message(String role, String content, Map<String, Object> extra) {
    /** Refuses an empty role and extra fields that would hide role or content. */
    public Message {
        Objects.requireNonNull(content, "content");
        if (role.isEmpty()) {
            throw new IllegalArgumentException("a message needs a role");
        }
        if (extra.containsKey("role") || extra.containsKey("content")) {
            throw new IllegalArgumentException("extra fields of a message are other than role and content");
        }
        extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
    }

    /** A message with role and content only. */
    public static Message of(String role, String content) {
        return new Message(role, content, Map.of());
    }

    /** What the user says. */
    public static Message user(String content) {
        return of("user", content);
    }

    /** What the model said. */
    public static Message assistant(String content) {
        return of("assistant", content);
    }

    /** Instructions for the whole conversation. */
    public static Message system(String content) {
        return of("system", content);
    }

    /** All fields by name: role, content, then the extra ones. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        fields.putAll(extra);
        return fields;
    }
}

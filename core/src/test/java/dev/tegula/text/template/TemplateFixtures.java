package dev.tegula.text.template;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables, templates and conversations for the tests of templates. */
final class TemplateFixtures {
    /** Saturday, 31 January 2026, noon: the time that the expected values were made at. */
    static final TemplateOptions OPTIONS = TemplateOptions.DEFAULT
            .withClock(Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC));

    private TemplateFixtures() {}

    /** A map of alternating keys and values, in their order. */
    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    static List<Object> list(Object... items) {
        return Arrays.asList(items);
    }

    static Map<String, Object> message(String role, Object content, Object... more) {
        Map<String, Object> message = map("role", role, "content", content);
        message.putAll(map(more));
        return message;
    }

    /** The rows of a tab-separated table, without its comments. */
    static List<String[]> table(String name) {
        List<String[]> rows = new ArrayList<>();
        for (String line : text(name).split("\n")) {
            if (!line.startsWith("# ")) {
                String[] cells = line.split("\t", -1);
                for (int i = 0; i < cells.length; i++) {
                    cells[i] = unescape(cells[i]);
                }
                rows.add(cells);
            }
        }
        return rows;
    }

    static String text(String name) {
        try (InputStream in = TemplateFixtures.class.getResourceAsStream(name);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            StringBuilder text = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                text.append((char) c);
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unescape(String cell) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            if (c == '\\') {
                char escape = cell.charAt(++i);
                c = escape == 'n' ? '\n' : escape == 'r' ? '\r' : escape == 't' ? '\t' : escape;
            }
            out.append(c);
        }
        return out.toString();
    }

    /** The variables of the snippets. */
    static Map<String, Object> variables() {
        return map("name", "Ada", "n", 7, "items", list(1, 2, 3, 4), "d",
                map("one", 1, "nested", map("k", "v"), "list", list(map("x", 1.5))), "none", null, "uni",
                "\u00dcn\u00ef\ud83d\ude00b\u2603", "text", "  first line\n<think>hm</think>\n\nrest  ", "users",
                list(map("name", "Ann", "age", 31, "city", "Rome", "admin", true),
                        map("name", "Bob", "age", 25, "city", "Oslo"),
                        map("name", "Cy", "age", 40, "city", "Rome", "zip", 9)),
                "tree",
                list(map("n", "a", "c", list(map("n", "b"), map("n", "c", "c", list(map("n", "d"))))), map("n", "e")),
                "msgs", list(message("system", "Be kind."), message("user", "Hi"),
                        message("tool", list(map("type", "text", "text", "42")))));
    }

    /** The conversations by name: the arguments of {@link ChatTemplate#renderChat} that a template sees. */
    static Map<String, Map<String, Object>> conversations() {
        Map<String, Object> system = message("system", "Be brief. S\u00fc\u00df \u2603 \ud83d\ude00");
        Map<String, Map<String, Object>> all = new LinkedHashMap<>();
        all.put("one", map("messages", list(message("user", "Hi")), "add_generation_prompt", true));
        all.put("system", map("messages", list(system, message("user", " Who?\n"),
                message("assistant", "  An owl.\n\n"), message("user", "<b>\"Why\"</b>?")), "add_generation_prompt",
                true));
        all.put("twice", map("messages", list(message("user", "a"), message("user", "b"))));
        all.put("tool", map("messages", list(system, message("user", "Weather?"),
                message("assistant", null, "tool_calls", list(call("get_weather", map("place", "Z\u00fcrich", "days",
                        list(1, 2), "deep", map("x", 1.5, "y", null, "z", true))))),
                message("tool", "{\"t\": 21}"), message("tool", "sunny"), message("assistant", "21 and sunny")),
                "tools", list(weather())));
        all.put("parts", map("messages", list(message("user", list(map("type", "text", "text", "Look"),
                map("type", "image"), map("type", "text", "text", "here")))), "add_generation_prompt", true));
        all.put("think", map("messages", list(message("user", "q"),
                message("assistant", "<think>\nhm\n</think>\n\nyes"), message("user", "r"),
                message("assistant", "<think>\nso\n</think>\n\nno"))));
        all.put("continue", map("messages", list(message("user", "q"), message("assistant", "It is")),
                "continue_final_message", true));
        all.put("continueTrimmed", map("messages", list(message("user", "q"), message("assistant", "It is ")),
                "continue_final_message", true));
        all.put("unknown", map("messages", list(message("owl", "hoot"))));
        all.put("wrongTool", map("messages", list(message("user", "x"),
                message("assistant", "", "tool_calls", list(map("function", map("name", "nope", "arguments", map()))))),
                "tools", list(weather())));
        return all;
    }

    private static Map<String, Object> call(String name, Map<String, Object> arguments) {
        return map("type", "function", "function", map("name", name, "arguments", arguments));
    }

    private static Map<String, Object> weather() {
        return map("type", "function", "function",
                map("name", "get_weather", "description", "The weather of a place", "parameters",
                        map("type", "object", "properties",
                                map("place", map("type", "string"), "unit", map("enum", list("C", "F")), "days",
                                        map("type", "array", "items", map("type", "integer")), "at",
                                        map("type", "object", "properties", map("lat", map("type", "number")),
                                                "required",
                                                list("lat"))),
                                "required", list("place"))));
    }
}

package dev.tegula.bench.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tegula.bench.peer.Speed.Test;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads tokens per second from what benches of models print: JSON, as a whole or by lines (also that of llama.cpp's llama-bench), tables
 * in Markdown with a column {@code t/s}, lines with tabs that have a median, a least, a most and then the unit, and any line with a
 * number before a unit. What a figure is of must be said beside it: {@code prefill 512}, {@code pp512}, {@code decode}, {@code tg64}, …
 * Figures that begin with tokens in the context, or that mix prompt and answer, are left out.
 */
final class Speeds {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NUMBER = "(\\d[\\d,]*(?:\\.\\d+)?(?:[eE][-+]?\\d+)?)";
    private static final String UNIT = "(?:tok/s|tokens?/s(?:ec)?|tokens per second|t/s)(?![\\w/])";
    private static final Pattern RATE = Pattern.compile(NUMBER + "\\s*" + UNIT);
    private static final Pattern FIRST_NUMBER = Pattern.compile("^\\s*" + NUMBER);
    // The prompt first: "prompt eval" is no decoding.
    private static final Pattern PREFILL = Pattern.compile("(?<![a-z])(?:prefill|prompt|pp)(?:\\D{0,3}(\\d+))?");
    private static final Pattern DECODE = Pattern.compile(
            "(?<![a-z])(?:decod(?:e|ing)|eval|generat(?:e|ion)|gen|tg)(?:\\D{0,3}(\\d+))?");
    private static final Pattern DEPTH = Pattern.compile("@ ?d[1-9]|\\bpg|pp\\d+\\+tg");
    private static final List<String> VALUES = List.of("median", "value", "tok_s", "tokens_per_second",
            "tokensPerSecond", "avg_ts");
    private static final List<String> LABELS = List.of("test", "name", "benchmark", "label");

    private final List<Speed> found = new ArrayList<>();

    private Speeds() {}

    /** The figures of an output, in the order in which they were printed. */
    static List<Speed> of(String output) {
        Speeds speeds = new Speeds();
        Optional<JsonNode> whole = json(output);
        if (whole.isPresent()) {
            speeds.collect("", whole.get());
        } else {
            speeds.lines(output);
        }
        return List.copyOf(speeds.found);
    }

    private static Optional<JsonNode> json(String text) {
        if (!text.stripLeading().startsWith("{") && !text.stripLeading().startsWith("[")) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private void collect(String label, JsonNode node) {
        if (node.isArray()) {
            node.forEach(element -> collect(label, element));
        } else if (node.isObject() && node.has("n_prompt") && node.has("n_gen") && node.path("avg_ts").isNumber()) {
            llamaBench(node);
        } else if (node.isObject()) {
            object(label, node);
        } else if (node.isNumber() && isRate(label)) {
            add(label, node.doubleValue());
        }
    }

    private void llamaBench(JsonNode node) {
        int prompt = node.get("n_prompt").asInt();
        int generated = node.get("n_gen").asInt();
        double rate = node.get("avg_ts").doubleValue();
        if (node.path("n_depth").asInt() == 0 && prompt == 0 ^ generated == 0 && rate > 0) {
            found.add(new Speed(prompt > 0 ? Test.PREFILL : Test.DECODE, prompt + generated, rate));
        }
    }

    private void object(String label, JsonNode node) {
        String own = LABELS.stream()
                .map(node::path)
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .findFirst()
                .orElse(label);
        Optional<JsonNode> value = VALUES.stream().map(node::path).filter(JsonNode::isNumber).findFirst();
        if (value.isPresent() && speed(own, value.get().doubleValue()).isPresent()) {
            add(own, value.get().doubleValue());
            return;
        }
        node.properties().forEach(field -> collect(field.getKey(), field.getValue()));
    }

    /** Whether a number under such a name is a rate, and not a count of tokens or a time. */
    private static boolean isRate(String name) {
        return name.matches("(?i)(prefill|decode|pp\\d+|tg\\d+)|.*(tokens_?per_?second|tok_s|_tps|_ts)");
    }

    private void lines(String output) {
        int test = -1;
        int rate = -1;
        for (String line : output.lines().toList()) {
            Optional<JsonNode> node = json(line);
            String[] cells = line.split("[|]");
            if (node.isPresent()) {
                collect("", node.get());
            } else if (line.startsWith("|")) {
                List<String> names = Arrays.stream(cells).map(String::strip).toList();
                if (names.contains("t/s")) {
                    test = names.indexOf("test");
                    rate = names.indexOf("t/s");
                } else if (rate >= 0 && test >= 0 && cells.length > Math.max(test, rate)) {
                    String name = cells[test];
                    number(cells[rate]).ifPresent(value -> add(name, value));
                }
            } else if (!tabs(line.split("\t"))) {
                text(line);
            }
        }
    }

    /** {@code label … median least most unit …}. */
    private boolean tabs(String[] cells) {
        for (int i = 4; i < cells.length; i++) {
            if (cells[i].strip().matches(UNIT) && number(cells[i - 3]).isPresent() && number(cells[i - 2]).isPresent()
                    && number(cells[i - 1]).isPresent()) {
                add(String.join(" ", Arrays.asList(cells).subList(0, i - 3)), number(cells[i - 3]).get());
                return true;
            }
        }
        return false;
    }

    private void text(String line) {
        Matcher rates = RATE.matcher(line);
        int at = 0;
        while (rates.find()) {
            String label = line.substring(at, rates.start());
            number(rates.group(1)).ifPresent(value -> add(label, value));
            at = rates.end();
        }
    }

    private static Optional<Double> number(String text) {
        Matcher number = FIRST_NUMBER.matcher(text);
        return number.find() ? Optional.of(Double.valueOf(number.group(1).replace(",", ""))) : Optional.empty();
    }

    private void add(String label, double rate) {
        speed(label, rate).ifPresent(found::add);
    }

    private static Optional<Speed> speed(String label, double rate) {
        String lower = label.toLowerCase(Locale.ROOT);
        if (!(rate > 0) || DEPTH.matcher(lower).find()) {
            return Optional.empty();
        }
        Matcher prefill = PREFILL.matcher(lower);
        if (prefill.find()) {
            return Optional.of(new Speed(Test.PREFILL, tokens(prefill), rate));
        }
        Matcher decode = DECODE.matcher(lower);
        return decode.find() ? Optional.of(new Speed(Test.DECODE, tokens(decode), rate)) : Optional.empty();
    }

    private static int tokens(Matcher matcher) {
        // A longer number is none of tokens.
        return matcher.group(1) == null || matcher.group(1).length() > 7 ? 0 : Integer.parseInt(matcher.group(1));
    }
}

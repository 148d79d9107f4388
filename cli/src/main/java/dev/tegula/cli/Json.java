package dev.tegula.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text as plain Java values: {@link Map} in order, {@link List}, {@link String}, {@link Long} or
 * {@link BigInteger}, {@link Double}, {@link Boolean}, null.
 */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /**
     * Reads one value.
     *
     * @throws CommandException if the text is not exactly one JSON value
     */
    static Object parse(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new CommandException("no JSON value");
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw new CommandException("more than one JSON value");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new CommandException("not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads one object.
     *
     * @throws CommandException if the text is anything else
     */
    static Map<?, ?> parseObject(String text) {
        if (parse(text) instanceof Map<?, ?> object) {
            return object;
        }
        throw new CommandException("not a JSON object");
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    object.put(key, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_NUMBER_INT -> parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    ? parser.getBigIntegerValue()
                    : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new CommandException("not JSON: unexpected " + parser.currentToken());
        };
    }

    /**
     * Writes a value in one line. Beside the types of this class, {@code int[]}, any {@link Number} and any
     * {@link Iterable} are understood; numbers that JSON does not have, such as NaN, become strings.
     */
    static String write(Object value) {
        return write(value, false);
    }

    /** The same over several lines, for people. */
    static String writeIndented(Object value) {
        return write(value, true);
    }

    private static String write(Object value, boolean indented) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            if (indented) {
                generator.useDefaultPrettyPrinter();
            }
            write(generator, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return escapeLoneSurrogates(text.toString());
    }

    private static void write(JsonGenerator generator, Object value) throws IOException {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> object -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : object.entrySet()) {
                    generator.writeFieldName((String) entry.getKey());
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            case Iterable<?> array -> {
                generator.writeStartArray();
                for (Object element : array) {
                    write(generator, element);
                }
                generator.writeEndArray();
            }
            case int[] array -> generator.writeArray(array, 0, array.length);
            case Boolean flag -> generator.writeBoolean(flag);
            case Float number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            case BigInteger number -> generator.writeNumber(number);
            case Number number -> generator.writeNumber(number.longValue());
            default -> generator.writeString(value.toString());
        }
    }

    // UTF-8 has no form for half a surrogate pair; JSON has one.
    private static String escapeLoneSurrogates(String json) {
        StringBuilder escaped = null;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < json.length()
                    && Character.isLowSurrogate(json.charAt(i + 1));
            if (Character.isSurrogate(c) && !pair && escaped == null) {
                escaped = new StringBuilder(json.substring(0, i));
            }
            if (escaped != null) {
                escaped.append(Character.isSurrogate(c) && !pair ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
            if (pair) {
                i++;
                if (escaped != null) {
                    escaped.append(json.charAt(i));
                }
            }
        }
        return escaped == null ? json : escaped.toString();
    }
}

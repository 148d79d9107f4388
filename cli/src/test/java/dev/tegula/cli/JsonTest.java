package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void readsEveryKindOfValue() {
        Map<?, ?> object = Json.parseObject(
                " {\"a\": [1, -2.5, 1e3, true, false, null, \"x\\u00e9\\n\"], \"b\": {}, \"big\": 123456789012345678901} ");
        assertEquals(Arrays.asList(1L, -2.5, 1000.0, true, false, null, "x\u00e9\n"), object.get("a"));
        assertEquals(Map.of(), object.get("b"));
        assertEquals(new BigInteger("123456789012345678901"), object.get("big"));
        assertEquals(List.of("a", "b", "big"), List.copyOf(object.keySet()));
    }

    @Test
    void refusesWhatIsNotOneValue() {
        for (String text : List.of("", "{", "{\"a\":1} 2", "{'a':1}", "[1,]", "nul")) {
            assertThrows(CommandException.class, () -> Json.parse(text), text);
        }
        assertThrows(CommandException.class, () -> Json.parseObject("[1]"));
        assertThrows(CommandException.class, () -> Json.parse("[".repeat(100_000)));
    }

    @Test
    void writesOneLineThatReadsBackTheSame() {
        Object value = Json.parse("{\"t\":\"a\\\"\\\\\\n\\u2028\u00e9\ud83d\ude00\",\"n\":[1,2.5,null,true]}");
        String text = Json.write(value);
        assertEquals(1, text.lines().count());
        assertEquals(value, Json.parse(text));
        assertEquals("[1,2,3]", Json.write(new int[]{1, 2, 3}));
        assertEquals("[0.1,\"NaN\"]", Json.write(List.of(0.1f, Double.NaN)));
    }

    @Test
    void halfASurrogatePairIsEscaped() {
        assertEquals("\"a\\ud83d\u00e9\ud83d\ude00\\ude00\"", Json.write("a\ud83d\u00e9\ud83d\ude00\ude00"));
    }
}

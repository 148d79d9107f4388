package dev.tegula.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void holdsBackWhatMayBecomeAStop() {
        StopStrings stops = new StopStrings(List.of("<|end|>", "User:"));
        assertEquals("Hello ", stops.accept("Hello <|"));
        assertEquals("<|x", stops.accept("x"));
        assertEquals("", stops.accept("Us"));
        assertEquals("Us", stops.accept("<"));
        assertEquals("", stops.accept("|end"));
        assertFalse(stops.stopped());
        assertEquals("", stops.accept("|> tail"));
        assertTrue(stops.stopped());
        assertEquals("<|end|>", stops.matched());
        assertEquals("", stops.accept("more"));
        assertEquals("", stops.finish());
    }

    @Test
    void finishGivesWhatWasHeld() {
        StopStrings stops = new StopStrings(List.of("abc"));
        assertEquals("x", stops.accept("xab"));
        assertEquals("ab", stops.finish());
        assertEquals("", stops.finish());
        assertNull(stops.matched());
    }

    @Test
    void overlappingBeginningsAreSeen() {
        StopStrings stops = new StopStrings(List.of("aab"));
        assertEquals("a", stops.accept("aaa"));
        assertEquals("", stops.accept("b"));
        assertTrue(stops.stopped());
    }

    @Test
    void theLongestOfThoseEndingTogetherIsHidden() {
        StopStrings stops = new StopStrings(List.of("\n", "\n\n", "x\n"));
        assertEquals("a", stops.accept("ax\n"));
        assertEquals("x\n", stops.matched());
    }

    @Test
    void noStopsLetEverythingThrough() {
        StopStrings stops = new StopStrings(List.of());
        assertEquals("anything", stops.accept("anything"));
        assertThrows(IllegalArgumentException.class, () -> new StopStrings(List.of("a", "")));
    }

    @Test
    void cuttingTheTextDoesNotChangeTheResultAndNothingLeaks() {
        Random random = new Random(8);
        List<String> list = List.of("abab", "ba", "ccc", "cab");
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.append("abcd".charAt(random.nextInt(4)));
            }
            StopStrings stops = new StopStrings(list);
            StringBuilder shown = new StringBuilder();
            int at = 0;
            while (at < text.length()) {
                int end = Math.min(text.length(), at + 1 + random.nextInt(5));
                shown.append(stops.accept(text.substring(at, end)));
                at = end;
            }
            shown.append(stops.finish());
            assertEquals(cutAtFirst(text.toString(), list), shown.toString(), text.toString());
        }
    }

    // The definition: the smallest end at which a stop string ends, and the longest such string.
    private static String cutAtFirst(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String head = text.substring(0, end);
            int longest = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
            if (longest > 0) {
                return head.substring(0, end - longest);
            }
        }
        return text;
    }
}

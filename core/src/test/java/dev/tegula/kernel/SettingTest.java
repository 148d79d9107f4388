package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingTest {
    @Test
    void aWordThereIsNotIsAnsweredWithThoseThereAre() {
        assertEquals("-Dp=d: must be a, b or c", Setting.refuse("p", "d", "a", "b", "c").orElseThrow());
        assertEquals("-Dp=A: must be a or b", Setting.refuse("p", "A", "a", "b").orElseThrow());
        assertEquals("-Dp=b: must be a", Setting.refuse("p", "b", "a").orElseThrow());
    }

    @Test
    void theWordsAndNoneAreRight() {
        for (String value : new String[]{"", "a", "b", "c"}) {
            assertEquals(Optional.empty(), Setting.refuse("p", value, "a", "b", "c"));
        }
    }
}

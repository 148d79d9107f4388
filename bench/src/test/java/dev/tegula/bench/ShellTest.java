package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {
    @Test
    void onlyWhatAShellWouldChangeIsQuoted() {
        assertEquals("./tegula --model /a/b-c_1.gguf at=1@1023 --engines vec,nat-avx2",
                Shell.line(List.of("./tegula", "--model", "/a/b-c_1.gguf", "at=1@1023", "--engines", "vec,nat-avx2")));
        assertEquals("'a b' '$c' 'it'\\''s' '' '{model}'", Shell.line(List.of("a b", "$c", "it's", "", "{model}")));
    }
}

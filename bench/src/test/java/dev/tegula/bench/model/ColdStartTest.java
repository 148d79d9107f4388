package dev.tegula.bench.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColdStartTest {
    @Test
    void aStartThatFailsSaysWhy(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("notes.md"), "# No model\n");
        String message = assertThrows(IllegalStateException.class,
                () -> ColdStart.measure(ModelSource.of(file), 1)).getMessage();
        assertTrue(message.startsWith("a JVM that loads notes.md ended with 1: "), message);
        assertTrue(message.contains("magic"), message);
    }

    @Test
    void theCauseIsTheMessageAboveTheStack() {
        assertEquals("no model", ColdStart.cause(List.of("a warning",
                "Exception in thread \"main\" java.io.IOException: no model", "\tat a.B.c(B.java:1)")));
        assertEquals("java.lang.OutOfMemoryError: Java heap space", ColdStart.cause(
                List.of("Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space",
                        "\tat a.B.c(B:1)")));
        assertEquals("java.lang.NullPointerException",
                ColdStart.cause(List.of("Exception in thread \"main\" java.lang.NullPointerException", "\tat a.B.c")));
        assertEquals("Could not create the Java Virtual Machine.",
                ColdStart.cause(List.of("Invalid heap size", "Could not create the Java Virtual Machine.")));
        assertEquals("it wrote nothing", ColdStart.cause(List.of()));
    }
}

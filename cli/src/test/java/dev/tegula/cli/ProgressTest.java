package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgressTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Terminal terminal(boolean watched) {
        return new Terminal(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, false, watched);
    }

    private void await(String text) throws InterruptedException {
        while (!err.toString().contains(text)) {
            Thread.sleep(10);
        }
    }

    @Test
    void showsALongTaskAndWipesItAtTheEnd() throws InterruptedException {
        long begun = System.nanoTime();
        try (Progress progress = new Progress(terminal(true), "prefill", "positions")) {
            await("\rprefill   0 %");
            assertTrue(System.nanoTime() - begun > 900_000_000L, "before a second has passed: " + err);
            progress.update(512, 2048);
            await("\rprefill  25 % (512 of 2048 positions)");
        }
        assertTrue(err.toString().endsWith("\r" + " ".repeat(37) + "\r"), err.toString());
    }

    @Test
    void aShortTaskShowsNothing() {
        try (Progress progress = new Progress(terminal(true), "loading")) {
            progress.update(1, 2);
        }
        assertEquals("", err.toString());
    }

    @Test
    void withoutATerminalNothingIsShown() throws InterruptedException {
        try (Progress progress = new Progress(terminal(false), "loading")) {
            progress.update(1, 2);
            Thread.sleep(1300);
            progress.update(2, 2);
        }
        assertEquals("", err.toString());
    }
}

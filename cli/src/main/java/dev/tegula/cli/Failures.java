package dev.tegula.cli;

import dev.tegula.engine.GenerationException;
import dev.tegula.file.gguf.GgufException;
import dev.tegula.model.ModelException;
import dev.tegula.text.TokenizerException;
import dev.tegula.text.template.TemplateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns an exception into the one line a user reads. */
final class Failures {
    private Failures() {}

    /** The line, without the program's name before it. */
    static String message(Throwable e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file";
            case AccessDeniedException denied -> denied.getFile() + ": no permission";
            case FileSystemException file -> file.getFile() + ": " + file.getReason();
            case UncheckedIOException wrapped -> prefix(wrapped) + message(wrapped.getCause());
            case IOException io -> io.getMessage() == null ? io.toString() : io.getMessage();
            case CommandException refused -> refused.getMessage();
            case GgufException refused -> refused.getMessage();
            case TokenizerException refused -> refused.getMessage();
            case TemplateException refused -> "chat template: " + refused.getMessage();
            case GenerationException failed -> failed.getMessage();
            case ModelException refused -> refused.getMessage();
            case UnsupportedOperationException refused when refused.getMessage() != null -> refused.getMessage();
            case IllegalArgumentException refused when refused.getMessage() != null -> refused.getMessage();
            case OutOfMemoryError memory -> "out of memory: " + memory.getMessage();
            default -> "internal error: " + e + " (--debug shows where)";
        };
    }

    // An UncheckedIOException that was given a message of its own says what was being read.
    private static String prefix(UncheckedIOException e) {
        String message = e.getMessage();
        return message == null || message.equals(e.getCause().toString()) ? "" : message + ": ";
    }
}

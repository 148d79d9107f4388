package dev.tegula.engine;

/** A generation failed, or waiting for it was interrupted; the cause is the fault. The engine goes on with others. */
public final class GenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what failed
     * @param cause the fault, or null
     */
    public GenerationException(String message, Throwable cause) {
        super(message, cause);
    }
}

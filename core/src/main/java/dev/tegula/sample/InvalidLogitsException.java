package dev.tegula.sample;

/** Logits no token can be drawn from: a NaN, a positive infinity, or nothing but negative infinities. */
public final class InvalidLogitsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, with the token id where one is to blame */
    public InvalidLogitsException(String message) {
        super(message);
    }
}

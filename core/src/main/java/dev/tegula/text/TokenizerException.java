package dev.tegula.text;

/** A vocabulary or a tokenizer's setting that is refused; the message names the field, the value and the limit. */
public final class TokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the refusal.
     *
     * @param message
     *            what was refused, naming the field, the value and the limit
     */
    public TokenizerException(String message) {
        super(message);
    }
}

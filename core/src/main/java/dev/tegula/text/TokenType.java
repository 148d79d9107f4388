package dev.tegula.text;

/** What a token is for, with the code that {@code tokenizer.ggml.token_type} uses. */
public enum TokenType {
    /** No type was given. */
    UNDEFINED,
    /** Plain text. */
    NORMAL,
    /** Stands for text that the vocabulary cannot spell. */
    UNKNOWN,
    /** Steers the model; never text. */
    CONTROL,
    /** Text that is matched whole, before anything else. */
    USER_DEFINED,
    /** Reserved, never produced. */
    UNUSED,
    /** One byte, written as {@code <0xNN>}. */
    BYTE;

    private static final TokenType[] BY_CODE = values();

    /**
     * Finds a type by its GGUF code.
     *
     * @param code
     *            0 to 6
     * @return the type
     * @throws TokenizerException
     *             if the code is outside of the range
     */
    public static TokenType ofCode(int code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new TokenizerException("token type " + code + " is outside of 0.." + (BY_CODE.length - 1));
        }
        return BY_CODE[code];
    }
}
